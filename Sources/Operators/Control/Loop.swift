package import Graphs
package import Tensors

/// Runs a body again and again, handing values from one iteration to the next.
///
/// Inputs: the greatest number of iterations, an i64 of one element; whether to begin, a bool of one element;
/// the `carried` values; the values that each iteration reads. The body takes the iteration from 0, the
/// condition and those values; it gives the condition to go on, the carried values and what is stacked. Result
/// `result` counts the carried values and then the stacked ones, whose first axis has `length`, the number of
/// iterations.
package struct Loop: ControlOp {
  package static let name = "loop"
  package var body: Body
  package var carried: Int
  package var result: Int
  package var length: Dim

  package init(body: Body, carried: Int, result: Int, length: Dim) {
    (self.body, self.carried, self.result, self.length) = (body, carried, result, length)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    guard carried >= 0, carried <= inputs.count - 2, result >= 0, result < .max, inputs[0].element == .i64,
      inputs[0].count == 1, inputs[1].element == .bool, inputs[1].count == 1
    else { throw .head(inputs, carried) }
    try expect([TensorType(.i64, []), TensorType(.bool, [])] + inputs.dropFirst(2), of: body)
    for index in 0..<carried where try output(index + 1, of: body) != inputs[index + 2] {
      throw .drifting(index, inputs[index + 2], try output(index + 1, of: body), body)
    }
    var type = try output(result + 1, of: body)
    if result >= carried { type.dims.insert(length, at: 0) }
    return type
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let most = try inputs[0].integers().first ?? 0
    var goesOn = try inputs[1].integers().first != 0
    var values = Array(inputs[2..<2 + carried])
    let read = inputs.dropFirst(2 + carried)
    var rows: [Tensor] = []
    var iteration: Int64 = 0
    while goesOn, iteration < most {
      guard iteration < Loop.limit else { throw .endless(body) }
      let head = [
        try Tensor(integers: [iteration], as: TensorType(.i64, [])),
        try Tensor(integers: [1], as: TensorType(.bool, [])),
      ]
      let results = try body.evaluate(head + values + read)
      goesOn = try results[0].integers().first != 0
      values = Array(results[1..<1 + carried])
      if result >= carried { rows.append(results[result + 1]) }
      iteration += 1
    }
    guard result >= carried else { return values[result] }
    guard rows.count == type.shape?.first else { throw .otherLength(rows.count, length, body) }
    return try Tensor(stacking: rows, as: type)
  }

  /// Iterations after which a loop is given up.
  package static let limit: Int64 = 1 << 24
}

extension Tensor {
  /// `rows` of one type along a new first axis. Throws iff they do not fill `type`.
  init(stacking rows: [Tensor], as type: TensorType) throws(Diagnostic) {
    var bytes: [UInt8] = []
    for row in rows { row.withBytes { bytes += $0 } }
    try self.init(type, bytes: bytes)
  }
}

extension Diagnostic {
  fileprivate static func head(_ inputs: [TensorType], _ carried: Int) -> Diagnostic {
    Diagnostic(
      "loop takes an i64, a bool and \(carried) carried values, but it is given \(inputs.map(\.description))")
  }
  fileprivate static func drifting(_ index: Int, _ type: TensorType, _ next: TensorType, _ body: Body)
    -> Diagnostic
  {
    Diagnostic("@\(body.graph.name) takes carried value \(index) as \(type) and gives it back as \(next)")
  }
  fileprivate static func endless(_ body: Body) -> Diagnostic {
    Diagnostic("a loop over @\(body.graph.name) has not come to an end after \(Loop.limit) iterations")
  }
  fileprivate static func otherLength(_ count: Int, _ length: Dim, _ body: Body) -> Diagnostic {
    Diagnostic("a loop over @\(body.graph.name) ends after \(count) iterations, but \(length) were expected")
  }
}
