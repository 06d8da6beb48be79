import Glibc
package import TemporaryFolders

/// A broken, odd or malicious file and what has to come of it; `tools/fixtures/onnx_hostile.py` and
/// `hdf5_hostile.py` say what each is.
package struct HostileCase: Sendable, CustomStringConvertible {
  package let format: Format
  package let name: String
  package let verdict: Verdict
  /// What the message of the refusal, or a note, holds.
  package let words: String

  package enum Format: String, Sendable, CaseIterable { case onnx, hdf5 }

  package enum Verdict: String, Sendable {
    /// It reads; a note holds the words iff there are some.
    case accept
    /// The reader refuses it.
    case read
    /// It reads, but cannot become a graph that says what it claims.
    case `import`
    /// It becomes a graph; running it is refused before it takes the memory or the time it asks for.
    case run
    /// It runs, to the result that the words say.
    case result
  }

  package var description: String { name }

  /// The cases in the order of the format's `cases.tsv`.
  package static let onnx = all(.onnx)
  package static let hdf5 = all(.hdf5)

  private static func all(_ format: Format) -> [HostileCase] {
    guard let bytes = try? FileBytes(path: format.folder + "cases.tsv").all else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count >= 3, let verdict = Verdict(rawValue: cells[2]) else { return nil }
      return HostileCase(
        format: format, name: cells[1], verdict: verdict, words: cells.count > 3 ? cells[3] : "")
    }
  }

  /// The file: where it lies, or in `folder` if it is too large to be committed or looks for others beside it.
  package func put(into folder: TemporaryFolder) throws -> String {
    guard format == .onnx else { return "\(format.folder)\(name).h5" }
    if name.hasPrefix("ext_") || name == "sparse_const_ext" { try HostileCase.putSideFiles(into: folder) }
    if let bytes = large { return try folder.put(name + ".onnx", bytes) }
    return try folder.put(name + ".onnx", FileBytes(path: "\(format.folder)\(name).onnx").all)
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
}

extension HostileCase.Format {
  package var cases: [HostileCase] { self == .onnx ? HostileCase.onnx : HostileCase.hdf5 }

  /// Where the cases and their list lie.
  fileprivate var folder: String {
    let tests = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    return tests + (self == .onnx ? "/ONNXTests/Hostile/" : "/Fixtures/hdf5/hostile/")
  }
}

/// All that a file holds.
private struct FileBytes {
  var all: [UInt8] = []

  /// Throws iff there is no such file.
  init(path: String) throws {
    guard let file = fopen(path, "rb") else { throw Missing(path: path) }
    defer { fclose(file) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { all += piece.prefix(count) }
  }

  struct Missing: Error {
    let path: String
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
      return W.model(graph + W.floats(11, "v0") + W.floats(12, "v200000"))
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
