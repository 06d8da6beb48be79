import CKernels
import Graphs
import Operators
import Tensors

/// How a convolution over one axis, plain or transposed, passes over it.
struct ConvWindow: Codable, Hashable, Sendable {
  var isTransposed: Bool
  var inputs: Int
  var outputs: Int
  var taps: Int
  var groups: Int
  var stride: Int
  var dilation: Int
  var before: Int
  var after: Int
  var outputPadding: Int
  /// Whether x and the weights are rounded to `bf16` where that is faster.
  var isNarrow: Bool

  fileprivate var shape: ck_conv1d_shape {
    ck_conv1d_shape(
      transposed: isTransposed, inputs: inputs, outputs: outputs, groups: groups, taps: taps,
      stride: stride, dilation: dilation, pad_left: before, pad_right: after,
      output_padding: outputPadding, narrow: isNarrow)
  }

  /// How many numbers the packed weights have.
  fileprivate var packedCount: Int {
    var shape = shape
    return ck_conv1d_packed_count(&shape)
  }

  /// The length of the result for `length` elements.
  fileprivate func length(for length: Int) -> Int {
    var shape = shape
    return ck_conv1d_length(&shape, length)
  }
}

/// Weights in the order in which `PackedConv` reads them.
struct PackConv: LoweredOp {
  static let name = "pack_conv"
  var window: ConvWindow

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    return TensorType(.f32, shape: [window.packedCount])
  }

  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { .touching(inputs, output, flops: 0) }

  func prepare(_ signature: Signature) -> Run {
    let shape = window.shape
    return { operands in
      var shape = shape
      ck_conv1d_pack(&shape, operands[0], operands.result)
    }
  }
}

/// A convolution over one axis with packed weights.
///
/// Inputs: x `[B, Cin, L]`, the packed weights, optionally a bias `[Cout]`, and with `waves` a frequency and a
/// depth `[Cin]` of a `Wave` that x passes through first.
struct PackedConv: LoweredOp {
  static let name = "packed_conv"
  var window: ConvWindow
  var waves: Bool

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, waves ? 4...5 : 2...3)
    let x = inputs[0].shape ?? []
    return TensorType(.f32, shape: [x[0], window.outputs, window.length(for: x[2])])
  }

  func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let positions = window.isTransposed ? inputs[0].dims[2].fixed : output.dims[2].fixed
    let weights = Double(window.inputs) * Double(window.outputs) * Double(window.taps) / Double(window.groups)
    let batch = Double(inputs[0].dims[0].fixed ?? 0)
    let wave = waves ? Wave().cost(Array(inputs.prefix(1)), inputs[0]).flops : 0
    let product = 2 * batch * weights * Double(positions ?? 0)
    return .touching(inputs, output, flops: product + wave, narrowFlops: window.isNarrow ? product : 0)
  }

  func prepare(_ signature: Signature) -> Run {
    let (shape, x, waves) = (window.shape, signature.shape(0), waves)
    let hasBias = signature.inputs.count % 2 == 1
    let wave = hasBias ? 3 : 2
    return { operands in
      var shape = shape
      var extras = ck_conv1d_extras()
      extras.bias = hasBias ? operands[2] : nil
      extras.snake_alpha = waves ? operands[wave] : nil
      extras.snake_inv_beta = waves ? operands[wave + 1] : nil
      ck_conv1d(&shape, x[0], x[2], operands[0], operands[1], &extras, operands.result)
    }
  }
}
