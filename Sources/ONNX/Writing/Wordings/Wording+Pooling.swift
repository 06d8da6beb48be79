import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops over a window that passes over the axes of space.
  static let pooling: [Wording] = [
    Wording(MaxPool.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write("MaxPool", [phrase.input(0)], op.window + [.integers("dilations", op.dilations)])
    },
    Wording(ArgMaxPool.self) { (op, phrase) throws(Diagnostic) in
      let x = try phrase.fitting("MaxPool", phrase.input(0))
      return try phrase.write("MaxPool", [x], output: 1, of: op) { () throws(Diagnostic) in
        let order = AttributeProto.integer("storage_order", op.columns == true ? 1 : 0)
        return (op.window + [.integers("dilations", op.dilations), order], [x.element, .i64])
      }
    },
    Wording(AveragePool.self) { (op, phrase) throws(Diagnostic) in
      let isDense = op.dilations.allSatisfy { $0 == 1 }
      guard op.overhang == nil, isDense, phrase.type.element != .f64 else { return nil }
      return try phrase.write(
        "AveragePool", [phrase.input(0)], op.window + [.integer("count_include_pad", op.padded ? 1 : 0)])
    },
  ]
}

extension PoolingOp {
  fileprivate var window: [AttributeProto] {
    [
      .integers("kernel_shape", kernel), .integers("pads", before + after), .integers("strides", strides),
    ]
  }
}
