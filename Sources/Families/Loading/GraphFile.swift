package import Graphs
import Operators
package import Tensors

/// A file of graph text: one `graph @name` or several.
package struct GraphFile: Sendable {
  package let path: String
  package let graphs: [Graph]

  /// Throws iff the file cannot be read, is larger than 256 MiB or breaks the grammar.
  package init(path: String) throws(Diagnostic) {
    let file = try InputFile(path: path)
    guard file.count <= GraphFile.limit else { throw .tooLarge(path, file.count) }
    let bytes = try file.read(0..<file.count)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(path) }
    self.path = path
    graphs = try Graph.parse(text, file: path, ops: .all)
    guard !graphs.isEmpty else { throw .empty(path) }
  }

  private static let limit = 256 << 20

  /// The graph called `name`, or the only one there is. Throws iff there is none of that name, or several and
  /// none is named.
  package func graph(_ name: String? = nil) throws(Diagnostic) -> Graph {
    guard let name else {
      guard graphs.count == 1, let graph = graphs.first else { throw .several(path, graphs) }
      return graph
    }
    guard let graph = graphs.first(where: { $0.name == name }) else { throw .none(name, path, graphs) }
    return graph
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ path: String, _ count: Int) -> Diagnostic {
    Diagnostic("\(path) is \(ByteCount(count)) of graph text; expected 256 MiB at most", at: path)
  }
  fileprivate static func notText(_ path: String) -> Diagnostic {
    Diagnostic("\(path) is not UTF-8 text", at: path, help: "pass a file of graph text")
  }
  fileprivate static func empty(_ path: String) -> Diagnostic {
    Diagnostic("\(path) holds no graph; expected 'graph @name(…) { … }'", at: path)
  }
  fileprivate static func several(_ path: String, _ graphs: [Graph]) -> Diagnostic {
    Diagnostic(
      "\(path) holds \(graphs.count) graphs", help: "choose one with --component: \(names(graphs))",
      kind: .usage)
  }
  fileprivate static func none(_ name: String, _ path: String, _ graphs: [Graph]) -> Diagnostic {
    Diagnostic("\(path) has no graph @\(name)", help: "it has \(names(graphs))", kind: .usage)
  }
  private static func names(_ graphs: [Graph]) -> String { graphs.map(\.name).joined(separator: ", ") }
}
