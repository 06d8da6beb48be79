import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators about the diagonal of matrices.
  static let masks: [Operator] = [
    Operator("Trilu", since: 14) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let offsets = try call.offsets(call.type(x), to: call.optional(1))
      let zero = try call.g.constant(0, like: offsets)
      let isOutside =
        try call.flag("upper", default: true) ? call.g.less(offsets, zero) : call.g.less(zero, offsets)
      return try call.g.where(isOutside, call.g.constant(0, like: x), x)
    },
    Operator("EyeLike", since: 9) { (call) throws(Diagnostic) in
      let type = try call.type(of: 0)
      let element = try call.element("dtype") ?? type.element
      let offsets = try call.offsets(type)
      let place = try call.g.constant(Double(call.integer("k", default: 0)), like: offsets)
      return try call.g.cast(call.g.equal(offsets, place), to: element)
    },
  ]
}

extension Call {
  /// How far each column of the matrices of `type` is behind the row, and behind the diagonal `start` where
  /// given: `[rows, columns]`.
  fileprivate func offsets(_ type: TensorType, to start: Value? = nil) throws(Diagnostic) -> Value {
    guard type.rank >= 2 else { throw refusal("takes \(type)") }
    let (height, width) = (type.dims[type.rank - 2], type.dims[type.rank - 1])
    let columns = try g.reshape(g.iota(width, .i64), [1, width])
    let offsets = try g.subtract(columns, g.reshape(g.iota(height, .i64), [height, 1]))
    return try start.map { (start) throws(Diagnostic) in
      try g.subtract(offsets, g.cast(g.reshape(start, []), to: .i64))
    } ?? offsets
  }
}
