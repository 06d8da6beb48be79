import Graphs
import ONNX
import Tensors
import Testing

/// One node of a version of its operator, its inputs and what it gives.
struct NodeCase: Sendable, CustomTestStringConvertible {
  /// What is tested.
  let title: String
  let name: String
  let version: Int
  var attributes: [AttributeProto] = []
  let inputs: [Operand?]
  /// How many outputs the node has; the last one is compared.
  var outputs = 1
  let expected: Operand

  /// A tensor told by its numbers.
  struct Operand: Sendable {
    var element = DType.f32
    let shape: [Int]
    let numbers: [Double]

    /// The vector of `numbers`, or what `shape` says.
    init(_ numbers: [Double], _ shape: [Int]? = nil, _ element: DType = .f32) {
      (self.element, self.shape, self.numbers) = (element, shape ?? [numbers.count], numbers)
    }
    /// Whole numbers of 64 bits.
    static func whole(_ numbers: [Double], _ shape: [Int]? = nil) -> Operand {
      Operand(numbers, shape, .i64)
    }

    var tensor: Tensor {
      get throws(Diagnostic) { try Tensor(reals: numbers, as: TensorType(element, shape: shape)) }
    }
  }

  var testDescription: String { title }

  /// The model of the node and the values of its inputs.
  func model() throws -> (ModelProto, [Name: Tensor]) {
    var model = ModelProto()
    model.opsets = ["": version, "com.microsoft": 1]
    var node = NodeProto()
    let words = name.split(separator: ":").map(String.init)
    (node.domain, node.operatorName) = words.count == 2 ? (words[0], words[1]) : ("", name)
    node.attributes = attributes
    node.outputs = (0..<outputs).map { Name("y\($0)") }
    var values: [Name: Tensor] = [:]
    for (index, operand) in inputs.enumerated() {
      let name = Name("x\(index)")
      node.inputs.append(operand == nil ? "" : name)
      guard let operand else { continue }
      values[name] = try operand.tensor
      let dims = operand.shape.map { TypeProto.Dimension.fixed($0) }
      model.graph.inputs.append(ValueInfoProto(name, .tensor(ElementType(operand.element), dims)))
    }
    model.graph.nodes = [node]
    model.graph.outputs = node.outputs.map { ValueInfoProto($0) }
    return (model, values)
  }

  /// The last output.
  func result() throws -> Tensor {
    let (model, values) = try model()
    let imported = try ImportedModel(model, name: "case", given: values)
    try imported.graph.expectSupported()
    let results = try imported.graph.evaluate(values) { (path) throws(Diagnostic) in
      try imported.parameter(path)
    }
    return try #require(results[Name("y\(outputs - 1)")])
  }
}
