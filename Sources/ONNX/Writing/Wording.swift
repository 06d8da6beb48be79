import Graphs
import Tensors

/// How one op of ours is said in ONNX operators.
struct Wording: Sendable {
  let name: String
  /// Appends nodes and gives the result; `nil` iff this opset has no operator for the op as it stands here, so
  /// that it has to be expanded.
  let say: @Sendable (any Op, Phrase) throws(Diagnostic) -> Operand?

  /// From opset `since` on.
  init<Said: Op>(
    _ op: Said.Type, since: Int = 17,
    _ say: @escaping @Sendable (Said, Phrase) throws(Diagnostic) -> Operand?
  ) {
    name = Said.name
    self.say = { (op, phrase) throws(Diagnostic) in
      guard phrase.opset >= since, let op = op as? Said else { return nil }
      return try say(op, phrase)
    }
  }
}

/// Every wording. A group is a file in `Wordings`; composites without one are expanded.
struct WordingCatalog: Sendable {
  private let wordings: [String: Wording]

  static let all = WordingCatalog([
    Wording.elementwise, Wording.comparisons, Wording.shapes, Wording.indices, Wording.reductions,
    Wording.products, Wording.composites, Wording.attentions, Wording.pooling, Wording.control,
  ])

  init(_ groups: [[Wording]]) {
    wordings = Dictionary(groups.joined().map { ($0.name, $0) }) { first, _ in first }
  }

  /// The wording of the op called `name`, or `nil` iff there is none.
  subscript(name: String) -> Wording? { wordings[name] }
}
