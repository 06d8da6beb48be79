import Graphs
package import Tensors

/// All that was compared of two sources, part by part.
package struct DiffReport: Sendable {
  package struct Part: Sendable {
    /// What the part is called in both sources.
    package let a: String
    package let b: String
    package var graph: GraphDiffReport?
    package var weights: WeightDiffTable?
    package var numbers: NumericTable?

    package init(_ a: String, _ b: String) { (self.a, self.b) = (a, b) }

    package var isSame: Bool {
      graph?.diff.isEqual != false && weights?.isSame != false && numbers?.isSame != false
    }
  }

  package let a: String
  package let b: String
  package var parts: [Part] = []
  /// What only one of the sources holds: `conditioners is in A only`.
  package var strays: [String] = []

  package init(_ a: String, _ b: String) { (self.a, self.b) = (a, b) }

  package var isSame: Bool { strays.isEmpty && parts.allSatisfy(\.isSame) }

  package var text: String {
    let parts = self.parts.map { part in
      let title = part.a == part.b ? part.a : "\(part.a) -> \(part.b)"
      let body = (part.graph?.text ?? "") + (part.weights?.text ?? "") + (part.numbers?.text ?? "")
      return (self.parts.count > 1 || part.a != part.b ? "\(title)\n".escapingControls : "") + body
    }
    return parts.joined(separator: "\n") + strays.map { $0.escapingControls + "\n" }.joined()
  }

  package var json: JSON {
    let parts = self.parts.map { part -> JSON in
      var object = JSON.Object()
      object["a"] = JSON(part.a)
      object["b"] = JSON(part.b)
      object["same"] = JSON(part.isSame)
      if let graph = part.graph { object["graph"] = graph.json }
      if let weights = part.weights { object["weights"] = weights.json }
      if let numbers = part.numbers { object["numbers"] = numbers.json }
      return .object(object)
    }
    return [
      "a": JSON(a), "b": JSON(b), "same": JSON(isSame), "parts": JSON(parts),
      "only_in_one": JSON(strays.map { JSON($0) }),
    ]
  }
}
