import Graphs
import Operators
import Tensors

extension Site {
  /// `silu` or `gelu` where this product is one.
  var activation: Found? { silu ?? gelu }

  private var silu: Found? {
    guard match(Multiply.self) != nil else { return nil }
    for (x, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
    where graph[gate].op is Sigmoid && graph[gate].inputs[0] == x {
      return Found(SiLU(), x)
    }
    return nil
  }

  /// `x · ½ · (1 + bend)`, where the bend is `erf(x/√2)` or the tanh that stands for it.
  private var gelu: Found? {
    guard let outer = Product(value, in: graph) else { return nil }
    for factor in outer.factors {
      guard let bend = graph.summand(of: factor, besides: 1), let (x, approximation) = bent(bend),
        let product = Product(value, in: graph, opaque: [x]), product.hasNumber(0.5),
        product.divisors.isEmpty, product.factors(without: factor) == [x]
      else { continue }
      return Found(GELU(approximation: approximation), x)
    }
    return nil
  }

  private func bent(_ bend: Value) -> (x: Value, GELU.Approximation)? {
    guard let inner = graph[bend].inputs.first else { return nil }
    if graph[bend].op is Erf { return erfArgument(inner).map { ($0, .none) } }
    if graph[bend].op is Tanh { return tanhArgument(inner).map { ($0, .tanh) } }
    return nil
  }

  /// x where `value` is `x / √2`.
  private func erfArgument(_ value: Value) -> Value? {
    for x in graph[value].inputs {
      guard let product = Product(value, in: graph, opaque: [x]), product.hasNumber(0.5.squareRoot()),
        product.factors == [x], product.divisors.isEmpty
      else { continue }
      return x
    }
    return nil
  }

  /// x where `value` is `√(2/π) · (x + 0.044715·x³)`.
  private func tanhArgument(_ value: Value) -> Value? {
    guard let outer = Product(value, in: graph), outer.hasNumber((2 / Double.pi).squareRoot()),
      outer.divisors.isEmpty, outer.factors.count == 1, graph[outer.factors[0]].op is Add
    else { return nil }
    let terms = graph[outer.factors[0]].inputs
    for (x, cubic) in [(terms[0], terms[1]), (terms[1], terms[0])] {
      guard let product = Product(cubic, in: graph, opaque: [x]), product.hasNumber(0.044715),
        product.factors == [x, x, x], product.divisors.isEmpty
      else { continue }
      return x
    }
    return nil
  }
}
