import CaseFiles
import Foundation
import Graphs
import Operators
import Testing

/// One file an op, one line in the catalogue, one case file.
@Suite struct CatalogTests {
  /// The op names that the sources declare.
  private static func declared() throws -> Set<String> {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Operators").standardizedFileURL
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    return try Set(
      (files ?? []).flatMap { url in
        try String(contentsOf: url, encoding: .utf8).matches(of: /static let name = "(\w+)"/).map {
          String($0.1)
        }
      })
  }

  private static let leaves: Set<String> = ["input", "parameter", "constant"]

  @Test func everyOpIsInTheCatalogue() throws {
    let declared = try Self.declared()
    #expect(declared.count > 50)
    #expect(Set(OpCatalog.all.names).subtracting(Self.leaves) == declared)
  }

  @Test func everyOpHasACase() throws {
    let cases = Set(try CaseFile.all(in: "Cases").map(\.name))
    #expect(try Self.declared().subtracting(cases).sorted() == [])
  }
}
