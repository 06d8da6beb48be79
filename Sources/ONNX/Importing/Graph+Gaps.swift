package import Graphs
import Operators
package import Tensors

extension Graph {
  /// Why nodes cannot be run, each reason once, in the order of the nodes: what comes first may be the cause of
  /// the rest.
  package var gaps: [Gap] {
    var gaps: [Gap] = []
    var places: [String: Int] = [:]
    for reason in nodes.lazy.compactMap(\.op.gap) {
      if let place = places[reason] {
        gaps[place].count += 1
      } else {
        places[reason] = gaps.count
        gaps.append(Gap(reason: reason, count: 1))
      }
    }
    return gaps
  }

  /// Throws the list of the nodes that cannot be run, iff there are any.
  package func expectSupported() throws(Diagnostic) {
    let gaps = gaps
    guard gaps.isEmpty else { throw .unsupported(gaps, self) }
  }
}

/// Nodes that cannot be run for the same reason.
package struct Gap: Sendable, CustomStringConvertible {
  /// `Frobnicate: no such operator is known in version 17 of ai.onnx`.
  package let reason: String
  package fileprivate(set) var count: Int

  package var description: String { count == 1 ? reason : "\(reason) (\(count) nodes)" }
}

extension Op {
  /// Why this cannot be run, with the operator it stands for; `nil` iff it can.
  fileprivate var gap: String? {
    switch self {
    case let op as Unsupported: "\(op.operation): \(op.reason)"
    case let op as Deferred: "\(op.operation): \(op.reason)"
    default: nil
    }
  }
}

extension Diagnostic {
  fileprivate static func unsupported(_ gaps: [Gap], _ graph: Graph) -> Diagnostic {
    Diagnostic(
      "@\(graph.name) has \(gaps.reduce(0) { $0 + $1.count }) nodes that cannot be run",
      note: gaps.map(\.description).joined(separator: "; "),
      help: "foley inspect --graph shows where they stand", kind: .unavailable)
  }
}
