import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Slices that indices name.
  static let gathering: [Kernel] = [
    Kernel(Gather.self) { op, signature in
      guard let axis = signature.axis(op.axis), signature.inputs[1].element == .i64 else { return nil }
      guard let rows = Rows(signature.inputs[0], axis, signature.inputs[1].count ?? 0) else { return nil }
      return { operands throws(Diagnostic) in
        let indices = operands.elements(1, as: Int64.self)
        try rows.check(indices, axis)
        for block in 0..<rows.blocks {
          ck_gather_rows(
            rows.count, rows.bytes, operands.output + block * rows.count * rows.bytes, rows.length,
            operands.inputs[0] + block * rows.length * rows.bytes, indices)
        }
      }
    },
    Kernel(ScatterAdd.self) { op, signature in
      let indices = signature.inputs[1]
      guard signature.output.element == .f32, indices.element == .i64, let length = op.length.fixed,
        let rows = Rows(signature.output, op.axis, indices.count ?? 0)
      else { return nil }
      let (size, width) = (signature.count, rows.bytes / 4)
      return { operands throws(Diagnostic) in
        let places = operands.elements(1, as: Int64.self)
        try rows.check(places, op.axis)
        operands.result.update(repeating: 0, count: size)
        for block in 0..<rows.blocks {
          for index in 0..<rows.count {
            let source = operands[0] + (block * rows.count + index) * width
            let row = Int(places[index]) + (places[index] < 0 ? length : 0)
            let target = operands.result + (block * length + row) * width
            for element in 0..<width { target[element] += source[element] }
          }
        }
      }
    },
  ]
}

extension LoweringRule {
  /// Indices of other types, as `i64`.
  static let gathering: [LoweringRule] = [widening(Gather.self), widening(ScatterAdd.self)]

  private static func widening(_ op: (some Op).Type) -> LoweringRule {
    LoweringRule(op) { (op, inputs, name, lowering) throws(Diagnostic) in
      guard lowering.graph[inputs[1]].type.element != .i64 else { return nil }
      let indices = try lowering.add(Cast(element: .i64), [inputs[1]], name: Name("\(name).indices"))
      return try lowering.add(op, [inputs[0], indices], name: name)
    }
  }
}

/// An array seen as blocks of `length` rows each, `count` of which are named.
private struct Rows {
  let blocks: Int
  let length: Int
  let bytes: Int
  let count: Int

  /// `nil` iff the elements do not fill whole bytes.
  init?(_ type: TensorType, _ axis: Int, _ count: Int) {
    guard type.element.bits % 8 == 0, let shape = type.shape else { return nil }
    (length, self.count) = (shape[axis], count)
    blocks = shape[..<axis].reduce(1, *)
    bytes = shape[(axis + 1)...].reduce(type.element.bits / 8, *)
  }

  /// Throws iff an index names no row.
  func check(_ indices: UnsafePointer<Int64>, _ axis: Int) throws(Diagnostic) {
    for index in 0..<count where indices[index] < -length || indices[index] >= length {
      throw .outside(indices[index], length, axis)
    }
  }
}

extension Diagnostic {
  fileprivate static func outside(_ index: Int64, _ length: Int, _ axis: Int) -> Diagnostic {
    Diagnostic("the index \(index) is not on axis \(axis), which has \(length) elements")
  }
}
