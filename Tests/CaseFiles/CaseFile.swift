package import Foundation

/// A file of graphs, each followed by what is expected of it in comment lines:
///
///     graph @doubled(%x: f32[B]) {
///       %y = add(%x, %x) : f32[B]
///       return %y
///     }
///     # input x: f32[3] = 1 2 3
///     # gives y: f32[3] = 2 4 6
///
/// Directives are `# word [subject]: text`; a line `#   text` goes on with the one above. Lines above the first
/// graph belong to the file.
package struct CaseFile: Sendable {
  package let url: URL
  package let header: [Directive]
  package let sections: [Section]

  /// A graph's text and the directives behind it.
  package struct Section: Sendable {
    package let graph: String
    package let directives: [Directive]
  }

  package struct Directive: Hashable, Sendable {
    package var word: String
    package var subject: String
    package var text: String

    package init(_ word: String, _ subject: String = "", _ text: String) {
      (self.word, self.subject, self.text) = (word, subject, text)
    }
  }

  /// The file's name without its ending.
  package var name: String { url.deletingPathExtension().lastPathComponent }

  package init(_ url: URL) throws {
    self.url = url
    let text = try String(contentsOf: url, encoding: .utf8)
    var parts: [(graph: [Substring], directives: [Directive])] = [([], [])]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("graph ") { parts.append(([], [])) }
      let last = parts.count - 1
      if line.hasPrefix("#   "), !parts[last].directives.isEmpty {
        parts[last].directives[parts[last].directives.count - 1].text += " " + line.dropFirst(4)
      } else if let directive = Directive(line) {
        parts[last].directives.append(directive)
      } else if last > 0, !line.isEmpty {
        parts[last].graph.append(line)
      }
    }
    header = parts[0].directives
    sections = parts.dropFirst().map {
      Section(graph: $0.graph.joined(separator: "\n") + "\n", directives: $0.directives)
    }
  }

  /// The `.graph` files of the folder `name` beside the source file `source`, by name.
  package static func all(in name: String, beside source: String = #filePath) throws -> [CaseFile] {
    let folder = URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent(name)
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "graph" }
      .sorted { $0.path < $1.path }
      .map(CaseFile.init)
  }

  /// Writes the file anew with the given sections.
  func rewrite(_ sections: [Section]) throws {
    var text = header.map(\.line).joined()
    for section in sections {
      if !text.isEmpty { text += "\n" }
      text += section.graph + section.directives.map(\.line).joined()
    }
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}

extension CaseFile.Directive {
  /// The directive that a line begins, or `nil` iff it is none.
  fileprivate init?(_ line: Substring) {
    guard line.hasPrefix("# "), let colon = line.firstIndex(of: ":") else { return nil }
    let head = line[..<colon].dropFirst(2).split(separator: " ")
    guard (1...2).contains(head.count) else { return nil }
    let text = line[line.index(after: colon)...].drop { $0 == " " }
    self.init(String(head[0]), head.count == 2 ? String(head[1]) : "", String(text))
  }

  /// The directive as lines of at most a hundred columns, where its words allow.
  fileprivate var line: String {
    var lines = ["# " + word + (subject.isEmpty ? "" : " " + subject) + ":"]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count >= 100 { lines.append("#  ") }
      lines[lines.count - 1] += " " + word
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
