import CaseFiles
import Foundation
import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Each pass's case file: text, types, idempotence, numbers.
@Suite struct PassTests {
  @Test(arguments: try CaseFile.all(in: "Cases").map(\.name))
  func holds(name: String) throws {
    let file = try #require(try CaseFile.all(in: "Cases").first { $0.name == name })
    if CaseFile.isBlessing { try PassCase(file).bless() }
    let problems = try PassCase(CaseFile(file.url)).problems()
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  /// The pass names that the sources declare.
  private static func declared() throws -> Set<String> {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Passes").standardizedFileURL
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    return try Set(
      (files ?? []).flatMap { url in
        try String(contentsOf: url, encoding: .utf8).matches(of: /Pass\(\s*"([a-z-]+)"/).map { String($0.1) }
      })
  }

  @Test func everyPassHasACase() throws {
    let declared = try Self.declared()
    #expect(declared.count > 8)
    #expect(declared == Set(try CaseFile.all(in: "Cases").map(\.name)))
  }

  /// A pass that needs no more than a graph is in the catalogue.
  @Test func everyPlainPassIsInTheCatalogue() throws {
    let configured: Set = ["insert-video-attention", "guide-batch", "denoising-loss", "recompute"]
    #expect(Set(Pass.all.map(\.name)) == (try Self.declared()).subtracting(configured))
  }

  @Test func aFailingPassIsNamed() throws {
    let file = try #require(try CaseFile.all(in: "Cases").first { $0.name == "remove-dead" })
    let graph = try #require(
      try Graph.parse(PassCase(file).pairs[0].before, ops: .all).first)
    let pass = Pass("failing", "fails") { _ throws(Diagnostic) in throw Diagnostic("no") }
    let error = #expect(throws: Diagnostic.self) { try [Pass.removeDead, pass].run(on: graph) }
    #expect(error?.site == "pass failing on @\(graph.name)")
  }
}
