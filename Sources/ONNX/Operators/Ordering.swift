import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that find, count up or order elements along an axis.
  static let ordering: [Operator] = [
    Operator("ArgMax") { (call) throws(Diagnostic) in
      try call.g.add(
        ArgMax(
          axis: call.integer("axis", default: 0), keep: call.flag("keepdims", default: true),
          last: call.flag("select_last_index")), [call.input(0)])
    },
    Operator("ArgMin") { (call) throws(Diagnostic) in
      try call.g.add(
        ArgMin(
          axis: call.integer("axis", default: 0), keep: call.flag("keepdims", default: true),
          last: call.flag("select_last_index")), [call.input(0)])
    },
    Operator("CumSum", since: 11) { (call) throws(Diagnostic) in
      try call.g.add(
        CumulativeSum(
          axis: call.walkedAxis(), exclusive: call.flag("exclusive"), reverse: call.flag("reverse")),
        [call.input(0)])
    },
    Operator("CumProd", since: 26) { (call) throws(Diagnostic) in
      try call.g.add(
        CumulativeProduct(
          axis: call.walkedAxis(), exclusive: call.flag("exclusive"), reverse: call.flag("reverse")),
        [call.input(0)])
    },
    Operator("TopK", outputs: topK),
    Operator("Hardmax") { (call) throws(Diagnostic) in
      try call.alongRow { (call, x, axis) throws(Diagnostic) in
        let type = call.type(x)
        var row = Array(repeating: Dim(1), count: type.rank)
        row[axis] = type.dims[axis]
        let places = try call.g.reshape(call.g.iota(type.dims[axis], .i64), row)
        let largest = try call.g.add(ArgMax(axis: axis), [x])
        return try call.g.cast(call.g.equal(places, largest), to: type.element)
      }
    },
    Operator("NonZero", since: 9) { (call) throws(Diagnostic) in
      let type = try call.type(of: 0)
      call.promise(.i64, rank: 2)
      let tensor = try call.tensor(0)
      let places = try tensor.reals().enumerated().filter { $0.element != 0 }.map(\.offset)
      var (rows, stride): ([[Int64]], Int) = ([], 1)
      for length in tensor.shape.reversed() {
        rows.insert(places.map { Int64($0 / stride % length) }, at: 0)
        stride *= length
      }
      let shape = TensorType(.i64, shape: [type.rank, places.count])
      return try call.translation.literal(
        Tensor(integers: rows.flatMap(\.self), as: shape), name: call.node.outputs.first ?? "")
    },
  ]

  /// The `k` largest elements along an axis, or the smallest, in order, and their places.
  @Sendable private static func topK(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: type.rank)
    call.promise(.i64, rank: type.rank, output: 1)
    let axis = try call.place(call.integer("axis", default: -1), rank: type.rank)
    let count = call.version < 10 ? try call.integer("k").map(Dim.fixed) : try call.lengths(1).first
    guard let count else { throw call.refusal("does not say how many") }
    let order = ArgSort(axis: axis, descending: try call.flag("largest", default: true))
    let places = try call.g.slice(call.g.add(order, [x]), axis: axis, start: 0, length: count)
    return [call.wants(0) ? try call.g.add(GatherElements(axis: axis), [x, places]) : nil, places]
  }
}

extension Call {
  /// The axis that input 1 names, which has to be known.
  fileprivate func walkedAxis() throws(Diagnostic) -> Int {
    let type = try type(of: 0)
    promise(type.element, rank: type.rank)
    guard let axis = try integers(1).first else { throw refusal("names no axis") }
    return try place(axis, rank: type.rank)
  }
}
