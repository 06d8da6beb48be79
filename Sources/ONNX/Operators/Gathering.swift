import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that pick elements by indices.
  static let gathering: [Operator] = [
    Operator("Gather") { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      let axis = try call.place(call.integer("axis", default: 0), rank: type.rank)
      return try call.g.gather(x, call.places(call.input(1), on: type.dims[axis], of: x), axis: axis)
    }
  ]
}

extension Call {
  /// `indices` as they name places of axis of `length` of `x`.
  ///
  /// The ids of an embedding, inputs that look up rows of a weight, are taken to be places already: a run
  /// refuses those that are not.
  fileprivate func places(_ indices: Value, on length: Dim, of x: Value) throws(Diagnostic) -> Value {
    g[indices].op is Input && g[x].op is Parameter ? indices : try wrapped(indices, in: length)
  }

  /// `indices` with `length` added to those that are negative.
  func wrapped(_ indices: Value, in length: Dim) throws(Diagnostic) -> Value {
    if let known = try translation.known(indices) {
      let numbers = try known.integers()
      if numbers.allSatisfy({ $0 >= 0 }) { return indices }
      if numbers.count == 1, let place = length + Dim(Int(numbers[0])) {
        return try g.broadcast(g.length(of: place, like: indices), known.type.dims)
      }
      if let count = length.fixed.map(Int64.init) {
        let places = numbers.map { $0 < 0 ? $0 &+ count : $0 }
        return try translation.literal(Tensor(integers: places, as: known.type), name: "places")
      }
    }
    if g[indices].op is Iota { return indices }
    let zero = try g.constant(0, like: indices)
    return try g.where(
      g.less(indices, zero), g.add(indices, g.length(of: length, like: indices)), indices)
  }
}
