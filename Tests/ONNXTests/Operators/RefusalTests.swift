import Graphs
import ONNX
import Operators
import Tensors
import Testing

/// Attributes that make no sense end in visible nodes or in an error, and never end the process.
@Suite struct RefusalTests {
  private static let numbers: [Int64] = [.min, .max, -1, 0, 1 << 40]
  private static let lists = [
    ("Conv", "strides"), ("Conv", "dilations"), ("Conv", "pads"), ("ConvTranspose", "output_padding"),
    ("ConvTranspose", "output_shape"), ("MaxPool", "kernel_shape"), ("MaxPool", "pads"),
    ("AveragePool", "strides"), ("LpPool", "kernel_shape"), ("MaxUnpool", "kernel_shape"),
    ("MaxUnpool", "pads"), ("Col2Im", "dilations"), ("CenterCropPad", "axes"), ("DeformConv", "pads"),
    ("Scan", "scan_input_axes"), ("TfIdfVectorizer", "ngram_counts"),
  ]
  private static let singles = [
    ("Conv", "group"), ("Softmax", "axis"), ("Concat", "axis"), ("Split", "num_outputs"), ("LRN", "size"),
    ("GroupNormalization", "num_groups"), ("LayerNormalization", "axis"), ("Flatten", "axis"),
    ("ArgMax", "axis"), ("DepthToSpace", "blocksize"), ("SpaceToDepth", "blocksize"),
    ("RoiAlign", "sampling_ratio"), ("RoiAlign", "output_height"), ("ScatterElements", "axis"),
    ("QuantizeLinear", "axis"), ("DequantizeLinear", "block_size"), ("ReverseSequence", "time_axis"),
    ("Unique", "axis"), ("Compress", "axis"), ("DeformConv", "group"), ("DeformConv", "offset_group"),
    ("NegativeLogLikelihoodLoss", "ignore_index"), ("Scan", "num_scan_inputs"),
    ("TfIdfVectorizer", "max_skip_count"),
  ]

  @Test("lists of absurd numbers", arguments: lists)
  func list(_ name: String, _ attribute: String) throws {
    for number in Self.numbers { try check(name, attribute, .integers([number])) }
  }

  @Test("absurd numbers", arguments: singles)
  func single(_ name: String, _ attribute: String) throws {
    for number in Self.numbers { try check(name, attribute, .integer(number)) }
  }

  @Test(
    "equations that say nothing", arguments: ["", "->", "...", "i->ii", "ij,", "i...->", "i,j,k->", ">-"])
  func equation(_ text: String) throws {
    try check("Einsum", "equation", .string(Array(text.utf8)))
  }

  /// The node is translated, visible as a gap, or refused; where it is translated, so is its type.
  private func check(_ name: String, _ attribute: String, _ value: AttributeProto.Value) throws {
    let item = NodeCase(
      title: name, name: name, version: 18, attributes: [.init(attribute, value)],
      inputs: [.init([1, 2], [1, 1, 2]), .init([1], [1, 1, 1]), .init([1])], expected: .init([]))
    let (model, values) = try item.model()
    guard let graph = try? ImportedModel(model, name: "case", given: values).graph else { return }
    let node = graph[graph.outputs[0].value]
    #expect(node.op is any GapOp || node.type.count != nil)
  }
}
