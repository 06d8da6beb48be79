import Graphs
import Operators
import Tensors

/// A tensor of texts.
package struct TextTensor: Sendable {
  /// Row-major; usually UTF-8, which the format does not promise.
  package let elements: [[UInt8]]
  package let shape: [Int]

  package init(elements: [[UInt8]], shape: [Int]) { (self.elements, self.shape) = (elements, shape) }
}

/// The texts of a model, each once.
///
/// The IR has no texts. While a graph is made, a text stands in it as its number here: equal texts are equal
/// numbers, and what moves elements moves these. So a model may choose by texts that are known; texts do not
/// leave it.
struct Vocabulary {
  private var numbers: [[UInt8]: Int64] = [:]

  mutating func number(of text: [UInt8]) -> Int64 {
    if let number = numbers[text] { return number }
    let number = Int64(numbers.count)
    numbers[text] = number
    return number
  }
}

extension Translation {
  /// `tensor` in the graph, by the numbers of its texts.
  func literal(_ tensor: TextTensor, name: Name) throws(Diagnostic) -> Value {
    let numbers = tensor.elements.map { vocabulary.number(of: $0) }
    let value = try literal(
      Tensor(integers: numbers, as: TensorType(.i64, shape: tensor.shape)), name: name)
    texts.insert(value)
    return value
  }

  /// `value`, or, iff it stands for texts, a visible gap: nobody outside knows the numbers.
  func number(_ value: Value) throws(Diagnostic) -> Value {
    guard texts.contains(value) else { return value }
    return try unsupported("String", "texts cannot be results", [value], nil)
  }

  /// Whether texts among `inputs` are where the operator takes them.
  func takesTexts(_ node: NodeProto, _ inputs: [Value?]) -> Bool {
    let places = inputs.indices.filter { index in inputs[index].map(texts.contains) ?? false }
    guard !places.isEmpty else { return true }
    guard node.domain == "" else { return false }
    switch node.operatorName {
    case "Equal", "Concat": return places.count == inputs.count
    case "Where": return places == [1, 2]
    case "Expand", "Flatten", "Gather", "Identity", "Reshape", "Shape", "Size", "Slice", "Squeeze", "Tile",
      "Transpose", "Unsqueeze":
      return places == [0]
    default: return false
    }
  }

  /// Whether what the operator makes of `inputs` are texts again.
  func givesTexts(_ node: NodeProto, _ inputs: [Value?]) -> Bool {
    guard !texts.isEmpty, inputs.contains(where: { $0.map(texts.contains) ?? false }) else { return false }
    return !["Equal", "Shape", "Size"].contains(node.operatorName)
  }
}
