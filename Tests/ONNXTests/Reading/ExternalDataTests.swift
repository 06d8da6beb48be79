import COnnx
import Glibc
import HostileFiles
import ONNX
import TemporaryFolders
import Tensors
import Testing

@Suite struct ExternalDataTests {
  /// The fields of a tensor of two floats, called `name`, whose data are where `entries` say.
  private func tensor(_ name: String, _ entries: [(String, String)]) -> [UInt8] {
    typealias W = WireBytes
    let places = entries.flatMap { W.field(13, W.field(1, $0.0) + W.field(2, $0.1)) }
    return W.field(1, 2) + W.field(2, 1) + W.field(8, name) + W.field(14, 1) + places
  }

  private func model(_ tensors: [[UInt8]]) -> [UInt8] {
    WireBytes.model(tensors.flatMap { WireBytes.field(5, $0) })
  }

  private func refusal(_ folder: TemporaryFolder, _ entries: [(String, String)]) throws -> String {
    let path = try folder.put("m.onnx", model([tensor("w", entries)]))
    let error = #expect(throws: Diagnostic.self) { try ModelProto.read(path: path) }
    return error?.description ?? ""
  }

  @Test func tensorsOfOneFileShareItsMapping() throws {
    let folder = try TemporaryFolder()
    try folder.put("w.bin", (0..<16).map { UInt8($0) })
    let path = try folder.put(
      "m.onnx",
      model([
        tensor("a", [("location", "w.bin"), ("offset", "8"), ("length", "8")]),
        tensor("b", [("location", "./w.bin"), ("offset", "0"), ("length", "8")]),
        tensor("c", [("location", "w.bin"), ("offset", "8")]),
      ]))
    let tensors = try ModelProto.read(path: path).graph.initializers.compactMap { initializer -> Tensor? in
      guard case .tensor(let tensor) = initializer.contents else { return nil }
      return tensor
    }
    #expect(tensors.compactMap(\.mapping?.range) == [8..<16, 0..<8, 8..<16])
    #expect(Set(tensors.compactMap { $0.mapping.map { ObjectIdentifier($0.file) } }).count == 1)
    #expect(tensors.first?.withBytes { Array($0) } == [8, 9, 10, 11, 12, 13, 14, 15])
  }

  @Test func theRestOfAFileIsTheLengthWhereNoneIsSaid() throws {
    let folder = try TemporaryFolder()
    try folder.put("w.bin", (0..<16).map { UInt8($0) })
    #expect(try refusal(folder, [("location", "w.bin")]).contains("has 16 bytes for the tensor"))
  }

  @Test func checksumsAreChecked() throws {
    let folder = try TemporaryFolder()
    try folder.put("w.bin", Array("abcdefgh".utf8))
    let good = "425AF12A0743502B322E93A015BCF868E324D56A"
    let path = try folder.put("m.onnx", model([tensor("w", [("location", "w.bin"), ("checksum", good)])]))
    #expect(try ModelProto.read(path: path).notes.isEmpty)
    let bad = try refusal(folder, [("location", "w.bin"), ("checksum", "00")])
    #expect(bad.contains("has SHA-1 425af12a0743502b322e93a015bcf868e324d56a; the model expects \"00\""))
  }

  @Test func helpSaysWhatToDo() throws {
    let folder = try TemporaryFolder()
    #expect(try refusal(folder, [("location", "no.bin")]).contains("help: fetch the data file too"))
    #expect(
      try refusal(folder, [("location", "a/../b")]).contains("help: put the data file beside the model"))
    #expect(
      try refusal(folder, [("location", "w"), ("offset", "+1")]).contains("offset of external data is \"+1\"")
    )
  }

  /// Opens `path` below `folder` and gives 0, or the error number.
  private func outcome(
    _ open: (Int32, UnsafePointer<CChar>?) -> Int32, _ folder: Int32, _ path: String
  ) -> Int32 {
    let descriptor = open(folder, path)
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    return 0
  }

  /// The kernel and the walk step by step follow the same paths and refuse the same.
  @Test func bothWaysOfOpeningAgree() throws {
    let folder = try TemporaryFolder()
    try folder.put("w.bin", "w")
    mkdir(folder("in"), 0o777)
    try folder.put("in/w.bin", "w")
    symlink("w.bin", folder("link"))
    symlink("in", folder("linked"))
    symlink("/etc/hostname", folder("away"))
    let beside = open(folder.path, O_RDONLY | O_DIRECTORY)
    defer { close(beside) }
    let expected: [(String, Int32)] = [
      ("w.bin", 0), ("in/w.bin", 0), ("in//w.bin", 0), ("./in/./w.bin", 0), ("w..bin", ENOENT),
      ("in/no", ENOENT), ("link", ELOOP), ("away", ELOOP), ("/etc/hostname", EXDEV), ("../x", EXDEV),
      ("in/../../x", EXDEV), ("w.bin/x", ENOTDIR), ("", ENOENT),
      (String(repeating: "n", count: 300), ENAMETOOLONG),
    ]
    for (path, code) in expected {
      #expect(outcome(onnx_open_beneath, beside, path) == code, "\(path)")
      #expect(outcome(onnx_open_beneath_by_steps, beside, path) == code, "\(path) by steps")
    }
    #expect(outcome(onnx_open_beneath, beside, "linked/w.bin") == ELOOP)
    #expect([ELOOP, ENOTDIR].contains(outcome(onnx_open_beneath_by_steps, beside, "linked/w.bin")))
  }
}
