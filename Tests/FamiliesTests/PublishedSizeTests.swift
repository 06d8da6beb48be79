import Families
import Graphs
import Tensors
import Testing

/// Every published size builds from its configuration alone, with the tensors that upstream has.
struct PublishedSizeTests {
  /// A row of `Published/tensors.json`.
  struct Row: Sendable, CustomTestStringConvertible {
    let configuration, component, hash: String
    let tensors, elements: Int

    var testDescription: String { "\(configuration) \(component)" }

    static func all() throws -> [Row] {
      try JSON.load(path: Fixture.published("tensors.json")).array().map { row in
        Row(
          configuration: try row.string("configuration"), component: try row.string("component"),
          hash: try row.string("hash"), tensors: try row.integer("tensors"),
          elements: try row.integer("elements"))
      }
    }
  }

  @Test(arguments: try Row.all()) func buildsWithoutWeights(_ row: Row) throws {
    let source = try ModelSource(path: Fixture.published("\(row.configuration).json"))
    let blueprint = try source.blueprint(row.component)
    // What may be missing is no parameter upstream, but a buffer.
    let parameters = blueprint.graph.parameters.map(\.parameter).filter { blueprint.fills[$0.path] == nil }
    #expect(parameters.count == row.tensors)
    #expect(parameters.reduce(0) { $0 + ($1.type.count ?? 0) } == row.elements)
    #expect(Self.hash(parameters) == row.hash)
    try blueprint.graph.verify()
  }

  @Test func filesAreAllCounted() throws {
    let rows = try Row.all()
    #expect(rows.count == 24)
    #expect(rows.first { $0.configuration == "vjepa2-vitl-fpc64-256" }?.elements == 303_885_312)
  }

  /// The FNV-1a hash of the lines `key<TAB>[shape]<LF>` in the order of their bytes.
  private static func hash(_ parameters: [Parameter]) -> String {
    let lines = parameters.map { Name("\($0.path)\t\($0.type.shape ?? [])\n") }.sorted()
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in lines.flatMap(\.text.utf8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
