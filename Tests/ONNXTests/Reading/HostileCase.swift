import Glibc
import TemporaryFolders
import Testing

/// A broken, odd or malicious file and what has to come of it; `tools/fixtures/onnx_hostile.py` says what each is.
struct HostileCase: Sendable, CustomTestStringConvertible {
  let name: String
  let verdict: Verdict
  let words: String

  enum Verdict: String, Sendable {
    case accept, read, `import`, run, result
  }

  var testDescription: String { name }

  static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    + "/Hostile/"

  /// The cases of `cases.tsv`, in its order.
  static let all: [HostileCase] = {
    let lines = text(folder + "cases.tsv").split(separator: "\n")
    return lines.compactMap { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count >= 3, let verdict = Verdict(rawValue: cells[2]) else { return nil }
      return HostileCase(name: cells[1], verdict: verdict, words: cells.count > 3 ? cells[3] : "")
    }
  }()

  /// Puts the file into `folder`, made here iff it is too large to be committed, with all that the cases of
  /// external data look for beside it.
  func put(into folder: TemporaryFolder) throws -> String {
    if name.hasPrefix("ext_") || name == "sparse_const_ext" { try HostileCase.putSideFiles(into: folder) }
    if let bytes = large { return try folder.put(name + ".onnx", bytes) }
    let source = try #require(fopen(HostileCase.folder + name + ".onnx", "rb"), "no file of \(name)")
    defer { fclose(source) }
    var bytes: [UInt8] = []
    while case let byte = getc(source), byte != EOF { bytes.append(UInt8(byte)) }
    return try folder.put(name + ".onnx", bytes)
  }

  private static func putSideFiles(into folder: TemporaryFolder) throws {
    let floats = (0..<8).flatMap { withUnsafeBytes(of: Float($0).bitPattern.littleEndian, Array.init) }
    try folder.put("weights.bin", floats)
    try folder.put("w..bin", Array(floats.prefix(16)))
    try folder.put("#weights", Array(floats.prefix(16)))
    mkdir(folder("folder"), 0o777)
    try folder.put("folder/inner.bin", Array(floats.prefix(16)))
    symlink("weights.bin", folder("link.bin"))
    symlink("folder", folder("linked"))
    try folder.put("hard.bin", Array(floats.prefix(16)))
    link(folder("hard.bin"), folder("hard-too.bin"))
    mkfifo(folder("pipe"), 0o666)
  }

  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "rb") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension HostileCase {
  /// The bytes of a case that is too large to be committed.
  private var large: [UInt8]? {
    typealias W = WireBytes
    switch name {
    case "name_5MB":
      let named = W.field(3, String(repeating: "n", count: 5_000_000))
      return W.model(W.field(1, W.field(1, "x") + W.field(2, "y") + W.field(4, "Relu") + named))
    case "nodes_200k_chain":
      var graph: [UInt8] = []
      for place in 0..<200_000 {
        graph += W.field(1, W.field(1, "v\(place)") + W.field(2, "v\(place + 1)") + W.field(4, "Relu"))
      }
      return W.model(graph + W.value(11, "v0") + W.value(12, "v200000"))
    case "pb_emptyattrs": return W.model(W.field(1, W.field(4, "Relu") + repeated(W.field(5, ""), 2_000_000)))
    case "pb_emptynodes": return W.model(repeated(W.field(1, ""), 2_000_000))
    case "pb_merge32000": return W.field(1, 8) + repeated(W.field(7, [0x12, 0]), 32_000)
    case "pb_nest20000":
      let node: ([UInt8]) -> [UInt8] = { W.field(4, "If") + W.field(5, W.field(1, "a") + W.field(6, $0)) }
      return W.model(nested(20_000) { W.field(1, node($0)) })
    case "pb_type20000":
      return W.model(W.field(11, W.field(1, "x") + W.field(2, nested(20_000) { W.field(4, W.field(1, $0)) })))
    case "rank_1e6":
      return W.weighted(repeated(W.field(1, 1), 1_000_000) + W.field(2, 1) + W.field(9, "1234"))
    case "unknown_field_1MB":
      let ok = W.weighted(W.field(1, 4) + W.field(2, 1) + W.field(9, String(repeating: "w", count: 16)))
      return ok + W.field(500, String(repeating: "?", count: 999_999))
    default: return nil
    }
  }

  private func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(bytes, count: count).joined())
  }

  private func nested(_ depth: Int, _ wrap: ([UInt8]) -> [UInt8]) -> [UInt8] {
    (0..<depth).reduce([]) { inner, _ in wrap(inner) }
  }
}
