import Graphs
import Operators
import Tensors

extension Site {
  /// `softmax` where this quotient is one.
  var softmax: Found? {
    guard let product = Product(value, in: graph), product.number == 1, product.factors.count == 1,
      product.divisors.count == 1
    else { return nil }
    let (above, below) = (product.factors[0], product.divisors[0])
    guard graph[above].op is Exp, let sum = graph[below].as(Sum.self), sum.keep, sum.axes.count == 1,
      graph[below].inputs[0] == above
    else { return nil }
    let axes = graph.places(sum.axes, of: above)
    let exponent = graph[above].inputs[0]
    let last = graph[exponent].type.rank - 1
    return Found(Softmax(axis: axes == [last] ? -1 : axes[0]), unshifted(exponent, axes))
  }

  /// x where `value` is `x - max(x)` along `axes`, else `value`.
  private func unshifted(_ value: Value, _ axes: [Int]) -> Value {
    guard graph[value].op is Subtract else { return value }
    let (x, largest) = (graph[value].inputs[0], graph[value].inputs[1])
    guard let max = graph[largest].as(Max.self), max.keep, graph[largest].inputs[0] == x,
      graph.places(max.axes, of: x) == axes
    else { return value }
    return x
  }
}
