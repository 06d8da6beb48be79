import Graphs
import Operators
import Tensors

extension Site {
  /// The square roots that this product is divided by, as `sqrt` below or `rsqrt` above.
  var rootsBelow: [Value] {
    guard let product = Product(value, in: graph) else { return [] }
    return product.divisors.filter { graph[$0].op is Sqrt } + product.factors.filter { graph[$0].op is Rsqrt }
  }

  /// The factors beside `x` and the root where this product is `x / root · …`; `nil` iff it is not.
  func factors(beside x: Value, over root: Value) -> [Value]? {
    guard let product = Product(value, in: graph, opaque: [x, root]), product.number == 1,
      var factors = product.factors(without: x)
    else { return nil }
    if graph[root].op is Sqrt { return product.divisors == [root] ? factors : nil }
    guard product.divisors.isEmpty, let place = factors.firstIndex(of: root) else { return nil }
    factors.remove(at: place)
    return factors
  }
}
