import Graphs
import Operators
import Tensors

extension Wording {
  /// Products with weights.
  static let products: [Wording] = [
    Wording(MatMul.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("MatMul", phrase.allInputs())
    },
    Wording(Linear.self) { (_, phrase) throws(Diagnostic) in
      guard phrase.type(0).rank == 2 else { return nil }
      return try phrase.write("Gemm", phrase.allInputs(), [.integer("transB", 1)])
    },
    Wording(Conv.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "Conv", phrase.allInputs(),
        [
          .integers("dilations", op.dilations), .integer("group", op.groups),
          .integers("pads", op.before + op.after), .integers("strides", op.strides),
        ])
    },
    Wording(ConvTranspose.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "ConvTranspose", phrase.allInputs(),
        [
          .integers("dilations", op.dilations), .integer("group", op.groups),
          .integers("output_padding", op.outputPadding), .integers("pads", op.padding + op.padding),
          .integers("strides", op.strides),
        ])
    },
  ]
}
