import CKernels
import Graphs
import Operators
import Tensors

/// A linear layer whose weights are packed once a load, and how it is computed.
struct PackedShape: Codable, Hashable, Sendable {
  var inputs: Int
  var outputs: Int
  /// Whether both operands are rounded to `bf16`.
  var isNarrow: Bool
  /// Whether the first half of the outputs is multiplied by the activation of the second.
  var isGated = false

  var c: ck_packed_shape {
    ck_packed_shape(inputs: inputs, outputs: outputs, narrow: isNarrow, gated: isGated)
  }

  /// How many floats the packed weights take; 0 where packing gains nothing.
  var count: Int {
    var shape = c
    return ck_packed_count(&shape)
  }

  /// The result's type for rows of the type `x`.
  func output(for x: TensorType) -> TensorType {
    TensorType(.f32, Array(x.dims.dropLast()) + [Dim(isGated ? outputs / 2 : outputs)])
  }

  /// The products and, with a bias, a sum an output.
  func cost(_ inputs: [TensorType], _ output: TensorType, hasBias: Bool) -> Cost {
    let rows = Double(output.dims.dropLast().reduce(1) { $0 * ($1.fixed ?? 0) })
    let product = 2 * rows * Double(self.inputs) * Double(outputs)
    let flops = product + (hasBias ? rows * Double(outputs) : 0)
    return .touching(inputs, output, flops: flops, narrowFlops: isNarrow ? product : 0)
  }
}

/// Weights, `[N, K]` or with `isTurned` `[K, N]`, in the order in which products read them.
struct PackLinear: LoweredOp {
  static let name = "pack_linear"
  var shape: PackedShape
  var isTurned: Bool

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    return TensorType(.f32, shape: [shape.count])
  }

  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { .touching(inputs, output, flops: 0) }

  func prepare(_ signature: Signature) -> Run {
    let shape = shape.c
    let (layout, type) = (
      isTurned ? CK_IN_OUT : CK_OUT_IN, signature.inputs[0].element == .bf16 ? CK_BF16 : CK_F32
    )
    return { operands in
      var shape = shape
      ck_pack_linear(&shape, layout, operands.inputs[0], type, operands.result)
    }
  }
}

/// `y = activation(x·wᵀ + b)`; of a gated layer `y = value·activation(gate)`.
///
/// Inputs: x `[…, K]`, the packed weights, optionally a bias `[N]`.
struct PackedLinear: LoweredOp {
  static let name = "packed_linear"
  var shape: PackedShape
  var activation: Activation = .none

  /// What goes over the sums.
  enum Activation: String, Codable, Sendable {
    case none, relu, silu, gelu, sigmoid
    case geluTanh = "gelu_tanh"
  }

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2...3)
    return shape.output(for: inputs[0])
  }

  /// As the layer's, and what goes over its sums.
  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    var cost = shape.cost(inputs, output, hasBias: inputs.count > 2)
    var sums = output
    if shape.isGated { sums.dims[sums.dims.count - 1] = Dim(shape.outputs) }
    cost.flops += activation.op(isGate: shape.isGated)?.cost([sums], output).flops ?? 0
    return cost
  }

  func prepare(_ signature: Signature) -> Run {
    let (shape, hasBias, activation) = (shape.c, signature.inputs.count > 2, activation.function)
    let (rows, width) = (signature.shape.dropLast().reduce(1, *), signature.shape.last ?? 1)
    return { operands in
      var (shape, epilogue) = (shape, ck_epilogue())
      epilogue.bias = hasBias ? operands[2] : nil
      epilogue.activation = activation
      ck_packed_linear(
        &shape, rows, operands[0], shape.inputs, operands[1], &epilogue, operands.result, width)
    }
  }
}

/// `y = r + x·wᵀ + b`.
///
/// Inputs: r `[…, N]`, x `[…, K]`, the packed weights, optionally a bias `[N]`.
struct PackedLinearSum: LoweredOp {
  static let name = "packed_linear_sum"
  static let mayOverwrite = [0]
  var shape: PackedShape

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 3...4)
    return inputs[0]
  }

  /// As the layer's, and a sum an output.
  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    var cost = shape.cost(inputs, output, hasBias: inputs.count > 3)
    cost.flops += Double(output.count ?? 0)
    return cost
  }

  func prepare(_ signature: Signature) -> Run {
    let (shape, hasBias) = (shape.c, signature.inputs.count > 3)
    let (rows, width) = (signature.shape.dropLast().reduce(1, *), signature.shape.last ?? 1)
    return { operands in
      var (shape, epilogue) = (shape, ck_epilogue())
      epilogue.bias = hasBias ? operands[3] : nil
      epilogue.residual = operands[0]
      epilogue.residual_stride = width
      ck_packed_linear(
        &shape, rows, operands[1], shape.inputs, operands[2], &epilogue, operands.result, width)
    }
  }
}

extension PackedLinear.Activation {
  /// The op by itself.
  fileprivate func op(isGate: Bool) -> (any Op)? {
    switch self {
    case .none: nil
    case .relu: ReLU()
    case .silu: isGate ? GLU(activation: .silu) : SiLU()
    case .gelu: isGate ? GLU(activation: .gelu) : GELU()
    case .geluTanh: isGate ? GLU(activation: .geluTanh) : GELU(approximation: .tanh)
    case .sigmoid: isGate ? GLU(activation: .sigmoid) : Sigmoid()
    }
  }

  fileprivate var function: ck_unary_op {
    switch self {
    case .none: CK_IDENTITY
    case .relu: CK_RELU
    case .silu: CK_SILU
    case .gelu: CK_GELU
    case .geluTanh: CK_GELU_TANH
    case .sigmoid: CK_SIGMOID
    }
  }
}
