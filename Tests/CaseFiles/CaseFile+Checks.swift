import Foundation
package import Graphs
package import Tensors

extension CaseFile {
  /// Whether expectations are to be rewritten from what is computed now.
  package static var isBlessing: Bool { ProcessInfo.processInfo.environment["BLESS"] == "1" }

  /// The graphs with what is expected of them.
  package func cases(ops: OpCatalog) throws(Diagnostic) -> [GraphCase] {
    var cases: [GraphCase] = []
    for (index, section) in sections.enumerated() {
      cases.append(try GraphCase(section, site: "\(url.lastPathComponent)#\(index + 1)", ops: ops))
    }
    return cases
  }

  /// Everything that does not hold of the file's graphs, in words.
  package func problems(ops: OpCatalog) throws -> [String] {
    if Self.isBlessing {
      try rewrite(zip(cases(ops: ops), sections).map { try $0.blessed($1.directives) })
      return try CaseFile(url).cases(ops: ops).flatMap { $0.problems() }
    }
    let cases = try cases(ops: ops)
    return cases.isEmpty ? ["\(name) holds no graph"] : cases.flatMap { $0.problems() }
  }
}
