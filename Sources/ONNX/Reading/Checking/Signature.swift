import COnnx
import Tensors

/// How many inputs and outputs a node of an operator may have, and which attributes, as the ONNX project
/// declares it.
struct Signature: Sendable {
  let inputs: ClosedRange<Int>
  let outputs: ClosedRange<Int>
  let attributes: [String: AttributeProto.Kind]

  /// Of the operator `name` as version `version` of `domain` means it, or `nil` iff the project has none.
  static func of(_ name: String, domain: String, version: Int) -> Signature? {
    all[Key(domain: domain, name: name)]?.last { $0.since <= version }?.signature
  }

  private struct Key: Hashable {
    let domain, name: String
  }

  /// By rising versions.
  private static let all: [Key: [(since: Int, signature: Signature)]] = {
    var count = 0
    let first = onnx_operators(&count)
    return UnsafeBufferPointer(start: first, count: count).reduce(into: [:]) { all, row in
      let key = Key(domain: String(cString: row.domain), name: String(cString: row.name))
      all[key, default: []].append((Int(row.since), Signature(row)))
    }
  }()

  private init(_ row: onnx_operator) {
    inputs = Int(row.min_inputs)...Int(row.max_inputs)
    outputs = Int(row.min_outputs)...Int(row.max_outputs)
    let pairs = String(cString: row.attributes).split(separator: " ").map { $0.split(separator: ":") }
    attributes = pairs.reduce(into: [:]) { attributes, pair in
      guard let name = pair.first, let kind = pair.last.flatMap({ Int32($0) }) else { return }
      attributes[String(name)] = AttributeProto.Kind(rawValue: kind)
    }
  }
}

extension Signature {
  /// Throws iff `node`, of version `version`, does not fit.
  func check(_ node: NodeProto, version: Int) throws(Diagnostic) {
    guard inputs.contains(node.inputs.count) else {
      throw .count("input", node.inputs.count, inputs, node, version)
    }
    guard outputs.contains(node.outputs.count) else {
      throw .count("output", node.outputs.count, outputs, node, version)
    }
    // The project keeps names that begin so for tools, and checks them not.
    for attribute in node.attributes where !attribute.name.hasPrefix("__") {
      guard let expected = attributes[attribute.name] else {
        throw .unknown(attribute.name, attributes.keys.sorted(), node, version)
      }
      guard let kind = attribute.value.kind, kind != expected else { continue }
      throw .otherKind(attribute.name, kind, expected, node)
    }
  }
}

extension Diagnostic {
  fileprivate static func count(
    _ what: String, _ count: Int, _ expected: ClosedRange<Int>, _ node: NodeProto, _ version: Int
  ) -> Diagnostic {
    let (least, most) = (expected.lowerBound, expected.upperBound)
    let words = most == ONNX_MANY ? "at least \(least)" : least == most ? "\(least)" : "\(least) to \(most)"
    return Diagnostic(
      """
      \(node.operatorName) has \(count) \(what)\(count == 1 ? "" : "s"); expected \(words) in version \(version) of \
      \(node.domain.asDomain)
      """, help: remedy)
  }
  fileprivate static func unknown(
    _ name: String, _ known: [String], _ node: NodeProto, _ version: Int
  ) -> Diagnostic {
    let words = known.isEmpty ? "expected none" : "expected one of \(known.joined(separator: ", "))"
    return Diagnostic(
      """
      \(node.operatorName) has no attribute \(Name(name).quoted) in version \(version) of \
      \(node.domain.asDomain); \(words)
      """, help: remedy)
  }
  fileprivate static func otherKind(
    _ name: String, _ kind: AttributeProto.Kind, _ expected: AttributeProto.Kind, _ node: NodeProto
  ) -> Diagnostic {
    Diagnostic(
      "attribute \(name) of \(node.operatorName) is of kind \(kind); expected \(expected)", help: remedy)
  }
  private static var remedy: String {
    "what the node says beyond its operator would be lost; export the model again"
  }
}
