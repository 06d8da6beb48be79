import ONNX
import Tensors
import Testing

/// What the backend suite of the ONNX project does not test: older versions of operators, where they mean
/// something else, and the operators of ONNX Runtime's optimizer.
@Suite struct VersionTests {
  @Test(arguments: versions + windows + fused + units) func means(_ item: NodeCase) throws {
    let result = try item.result()
    #expect(result.type == TensorType(item.expected.element, shape: item.expected.shape))
    let numbers = try result.reals()
    for (got, expected) in zip(numbers, item.expected.numbers) {
      #expect(abs(got - expected) <= 1e-5, "\(numbers)")
    }
  }

  static let versions: [NodeCase] = [
    NodeCase(
      title: "softmax before 13 takes all axes behind its own as one", name: "Softmax", version: 11,
      inputs: [.init([0, 0, 0, 0], [1, 2, 2])], expected: .init([0.25, 0.25, 0.25, 0.25], [1, 2, 2])),
    NodeCase(
      title: "softmax from 13 on takes the last axis", name: "Softmax", version: 13,
      inputs: [.init([0, 0, 0, 0], [1, 2, 2])], expected: .init([0.5, 0.5, 0.5, 0.5], [1, 2, 2])),
    NodeCase(
      title: "a test run of an early batch norm takes the statistics given", name: "BatchNormalization",
      version: 6, attributes: [.init("is_test", .integer(1)), .init("epsilon", .float(0))],
      inputs: [.init([1, 5], [2, 1]), .init([2]), .init([1]), .init([3]), .init([4])],
      expected: .init([-1, 3], [2, 1])),
    NodeCase(
      title: "an early batch norm that is no test takes those of the batch", name: "BatchNormalization",
      version: 6, attributes: [.init("epsilon", .float(0))],
      inputs: [.init([1, 5], [2, 1]), .init([2]), .init([1]), .init([9]), .init([4])],
      expected: .init([-1, 3], [2, 1])),
    NodeCase(
      title: "momentum alone does not make batch norm train", name: "BatchNormalization", version: 9,
      attributes: [.init("momentum", .float(0.5)), .init("epsilon", .float(0))],
      inputs: [.init([1, 5], [2, 1]), .init([2]), .init([1]), .init([9]), .init([4])],
      expected: .init([-7, -3], [2, 1])),
    NodeCase(
      title: "before 7 an operand says at which axis it broadcasts", name: "Add", version: 6,
      attributes: [.init("broadcast", .integer(1)), .init("axis", .integer(0))],
      inputs: [.init([0, 0, 0, 0], [2, 2]), .init([1, 2])], expected: .init([1, 1, 2, 2], [2, 2])),
    NodeCase(
      title: "the first cast names its type", name: "Cast", version: 1,
      attributes: [.init("to", .string(Array("INT64".utf8)))], inputs: [.init([1.5, -1.5])],
      expected: .whole([1, -1])),
    NodeCase(
      title: "the first tile repeats one axis", name: "Tile", version: 1,
      inputs: [.init([1, 2], [1, 2]), .whole([2]), .whole([1])], expected: .init([1, 2, 1, 2], [1, 4])),
    NodeCase(
      title: "group norm of 18 scales groups", name: "GroupNormalization", version: 18,
      attributes: [.init("num_groups", .integer(1)), .init("epsilon", .float(0))],
      inputs: [.init([1, 3], [1, 2, 1]), .init([2]), .init([1])], expected: .init([-1, 3], [1, 2, 1])),
    NodeCase(
      title: "group norm of 21 scales channels", name: "GroupNormalization", version: 21,
      attributes: [.init("num_groups", .integer(1)), .init("epsilon", .float(0))],
      inputs: [.init([1, 3], [1, 2, 1]), .init([2, 5]), .init([1, 0])], expected: .init([-1, 5], [1, 2, 1])),
    NodeCase(
      title: "a power of a whole base by a fraction is whole", name: "Pow", version: 13,
      inputs: [.whole([4, 9]), .init([0.5, 1.5])], expected: .whole([2, 27])),
    NodeCase(
      title: "the first top-k has its count as an attribute", name: "TopK", version: 1,
      attributes: [.init("k", .integer(2))], inputs: [.init([1, 3, 2])], outputs: 2,
      expected: .whole([1, 2])),
  ]

  static let windows: [NodeCase] = [
    NodeCase(
      title: "bounds of a slice are attributes before 10, and cut to the axis", name: "Slice", version: 9,
      attributes: [.init("starts", .integers([-2])), .init("ends", .integers([100]))],
      inputs: [.init([1, 2, 3])], expected: .init([2, 3])),
    NodeCase(
      title: "a slice goes backwards to before the first element", name: "Slice", version: 13,
      inputs: [
        .init([1, 2, 3, 4]), .whole([-1]), .whole([-0x1p63]), .whole([0]), .whole([-2]),
      ], expected: .init([4, 2])),
    NodeCase(
      title: "the last part of an uneven split is shorter", name: "Split", version: 18,
      attributes: [.init("num_outputs", .integer(2))], inputs: [.init([1, 2, 3])], outputs: 2,
      expected: .init([3])),
    NodeCase(
      title: "negative padding cuts before the rest mirrors", name: "Pad", version: 13,
      attributes: [.init("mode", .string(Array("reflect".utf8)))],
      inputs: [.init([1, 2, 3, 4]), .whole([-1, 2])], expected: .init([2, 3, 4, 3, 2])),
    NodeCase(
      title: "upsample repeats by its attribute", name: "Upsample", version: 7,
      attributes: [.init("scales", .floats([1, 2]))], inputs: [.init([1, 2], [1, 2])],
      expected: .init([1, 1, 2, 2], [1, 4])),
    NodeCase(
      title: "padding that follows from the result's length goes in front first", name: "ConvTranspose",
      version: 11, attributes: [.init("output_shape", .integers([2]))],
      inputs: [.init([1, 2], [1, 1, 2]), .init([1, 10], [1, 1, 2])], expected: .init([12, 20], [1, 1, 2])),
    NodeCase(
      title: "a mean over a window that hangs over counts what is there", name: "AveragePool", version: 11,
      attributes: [
        .init("kernel_shape", .integers([2])), .init("strides", .integers([2])),
        .init("ceil_mode", .integer(1)),
      ], inputs: [.init([1, 3, 5], [1, 1, 3])], expected: .init([2, 5], [1, 1, 2])),
    NodeCase(
      title: "a sequence that has ended keeps its state and gives zeros", name: "RNN", version: 14,
      attributes: [
        .init("hidden_size", .integer(1)), .init("activations", .strings([Array("Relu".utf8)])),
      ],
      inputs: [
        .init([1, 2, 4, 8], [2, 2, 1]), .init([1], [1, 1, 1]), .init([1], [1, 1, 1]), nil,
        .init([1, 2], [2], .i32),
      ], outputs: 1, expected: .init([1, 2, 0, 10], [2, 1, 2, 1])),
    NodeCase(
      title: "a label twice takes the diagonal", name: "Einsum", version: 12,
      attributes: [.init("equation", .string(Array("ii,i->".utf8)))],
      inputs: [.init([1, 2, 3, 4], [2, 2]), .init([10, 1])], expected: .init([14], [])),
  ]

  static let fused: [NodeCase] = [
    NodeCase(
      title: "a fused product turns and scales", name: "com.microsoft:FusedMatMul", version: 17,
      attributes: [.init("transA", .integer(1)), .init("alpha", .float(0.5))],
      inputs: [.init([1, 2], [2, 1]), .init([2, 4], [2, 1])], expected: .init([5], [1, 1])),
    NodeCase(
      title: "a fused convolution adds and activates", name: "com.microsoft:FusedConv", version: 17,
      attributes: [.init("activation", .string(Array("Relu".utf8)))],
      inputs: [
        .init([1, -1], [1, 1, 2]), .init([1], [1, 1, 1]), .init([0]), .init([1, 0.5], [1, 1, 2]),
      ], expected: .init([2, 0], [1, 1, 2])),
    NodeCase(
      title: "a skip hands on its sum", name: "com.microsoft:SkipSimplifiedLayerNormalization",
      version: 17, inputs: [.init([1, 2], [1, 1, 2]), .init([3, 4], [1, 1, 2]), .init([1, 1])], outputs: 1,
      expected: .init([4 / 26.0.squareRoot(), 6 / 26.0.squareRoot()], [1, 1, 2])),
    NodeCase(
      title: "hidden keys of the runtime's attention get its number",
      name: "com.microsoft:MultiHeadAttention",
      version: 17,
      attributes: [.init("num_heads", .integer(1)), .init("mask_filter_value", .float(-1000))],
      inputs: [
        .init([1], [1, 1, 1]), .init([1, 9], [1, 2, 1]), .init([5, 7], [1, 2, 1]), nil,
        .init([1, 0], [1, 2], .i32),
      ], expected: .init([5], [1, 1, 1])),
  ]

  static let units: [NodeCase] = [
    NodeCase(
      title: "before 7 a slope is of a channel", name: "PRelu", version: 6,
      inputs: [.init([-1, -1, 4, -1], [1, 2, 2]), .init([2, 3])],
      expected: .init([-2, -2, 4, -3], [1, 2, 2])),
    NodeCase(
      title: "an early dropout drops nothing where it is a test", name: "Dropout", version: 6,
      attributes: [.init("is_test", .integer(1))], inputs: [.init([1, 2])], outputs: 2,
      expected: .init([1, 1])),
    NodeCase(
      title: "an early dropout tells in the type of its input what it keeps", name: "Dropout", version: 7,
      inputs: [.init([0, 2])], outputs: 2, expected: .init([1, 1])),
    NodeCase(
      title: "the early scatter is that of elements", name: "Scatter", version: 9,
      inputs: [.init([1, 2, 3]), .whole([2]), .init([9])], expected: .init([1, 2, 9])),
    NodeCase(
      title: "a norm over all of space", name: "GlobalLpPool", version: 2,
      inputs: [.init([3, 4, 0, 2], [1, 2, 2])], expected: .init([5, 2], [1, 2, 1])),
    NodeCase(
      title: "before 16 regions are not moved by half an element", name: "RoiAlign", version: 10,
      attributes: [.init("sampling_ratio", .integer(1))],
      inputs: [
        .init([1, 2, 3, 4], [1, 1, 2, 2]), .init([0, 0, 1, 1], [1, 4]), .whole([0]),
      ], expected: .init([2.5], [1, 1, 1, 1])),
    NodeCase(
      title: "a square matrix whose first column begins with zero has a determinant", name: "Det",
      version: 11, inputs: [.init([0, 2, 3, 4], [2, 2])], expected: .init([-6], [])),
  ]
}
