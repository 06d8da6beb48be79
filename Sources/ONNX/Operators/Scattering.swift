import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that put updates to places that indices name.
  static let scattering: [Operator] = [
    Operator("ScatterElements", since: 11) { (call) throws(Diagnostic) in
      let op = ScatterElements(
        axis: try call.integer("axis", default: 0), reduction: try call.scatterReduction())
      return try call.g.add(op, call.allInputs())
    },
    Operator("Scatter", since: 9, until: 10) { (call) throws(Diagnostic) in
      try call.g.add(ScatterElements(axis: call.integer("axis", default: 0)), call.allInputs())
    },
    Operator("ScatterND", since: 11) { (call) throws(Diagnostic) in
      try call.g.add(ScatterND(reduction: call.scatterReduction()), call.allInputs())
    },
    Operator("TensorScatter", since: 24, tensorScatter),
  ]

  /// Rows written into a cache from the place on that input 2 names for each element of the batch.
  @Sendable private static func tensorScatter(_ call: Call) throws(Diagnostic) -> Value {
    let (cache, update) = (try call.type(of: 0), try call.type(of: 1))
    let axis = try call.place(call.integer("axis", default: -2), rank: cache.rank)
    guard update.rank == cache.rank, axis > 0 else {
      throw call.refusal("writes \(update) along axis \(axis) of \(cache)")
    }
    var row = Array(repeating: Dim(1), count: cache.rank)
    row[axis] = update.dims[axis]
    var places = try call.g.reshape(call.g.iota(update.dims[axis], .i64), row)
    if let starts = call.optional(2) {
      var column = Array(repeating: Dim(1), count: cache.rank)
      column[0] = cache.dims[0]
      places = try call.g.add(call.g.reshape(call.g.cast(starts, to: .i64), column), places)
    }
    switch try call.text("mode", default: "linear") {
    case "linear": break
    case "circular":
      places = try call.g.add(
        Modulo(), [places, call.g.length(of: cache.dims[axis], like: places)])
    case let other: throw call.refusal("writes in mode \(other)")
    }
    let indices = try call.g.broadcast(places, update.dims)
    return try call.g.add(ScatterElements(axis: axis), [call.input(0), indices, call.input(1)])
  }
}

extension Call {
  fileprivate func scatterReduction() throws(Diagnostic) -> ScatterReduction {
    switch try text("reduction", default: "none") {
    case "none": return .none
    case "add": return .add
    case "mul": return .multiply
    case "min": return .minimum
    case "max": return .maximum
    case let other: throw refusal("reduces by \(other)")
    }
  }
}
