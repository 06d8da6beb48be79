import Foundation
package import Graphs
package import Tensors

extension CaseFile {
  /// Whether expectations are to be rewritten from what is computed now.
  package static var isBlessing: Bool { ProcessInfo.processInfo.environment["BLESS"] == "1" }

  /// The graphs with what is expected of them.
  package func cases(ops: OpCatalog) throws(Diagnostic) -> [GraphCase] {
    var cases: [GraphCase] = []
    for (index, section) in wholes.enumerated() {
      cases.append(try GraphCase(section, site: "\(url.lastPathComponent)#\(index + 1)", ops: ops))
    }
    return cases
  }

  /// The sections, a graph behind which nothing is expected being a body of the next.
  private var wholes: [Section] {
    var (wholes, bodies) = ([Section](), "")
    for section in sections {
      bodies += section.graph
      guard !section.directives.isEmpty else { continue }
      wholes.append(Section(graph: bodies, directives: section.directives))
      bodies = ""
    }
    if !bodies.isEmpty { wholes.append(Section(graph: bodies, directives: [])) }
    return wholes
  }

  /// Everything that does not hold of the file's graphs, in words.
  package func problems(ops: OpCatalog) throws -> [String] {
    if Self.isBlessing {
      try rewrite(
        zip(cases(ops: ops), wholes).map { graph, section in
          Section(graph: section.graph, directives: try graph.blessed(section.directives))
        })
      return try CaseFile(url).cases(ops: ops).flatMap { $0.problems() }
    }
    let cases = try cases(ops: ops)
    return cases.isEmpty ? ["\(name) holds no graph"] : cases.flatMap { $0.problems() }
  }
}
