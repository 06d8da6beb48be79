import Checkpoints
import TemporaryFolders
import Tensors
import Testing

/// What is written is read back the same.
@Suite struct HDF5WritingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tensor(_ element: DType, _ shape: [Int]) throws -> Tensor {
    let type = TensorType(element, shape: shape)
    return try Tensor(type, bytes: (0..<(type.byteCount ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* 37) })
  }

  @Test func opensWhatItWrote() throws {
    var tensors: [(name: Name, tensor: Tensor)] = []
    for element in DType.allCases where element.bits >= 8 {
      for shape in [[], [3], [2, 3], [0, 5], [400]] {
        tensors.append((Name("\u{E9}.\(element)\(shape)"), try tensor(element, shape)))
      }
    }
    let metadata: [(key: Name, value: String)] = [
      ("format", "pt"), ("a/b", ""), ("long", String(repeating: "\u{FC}", count: 40_000)),
    ]
    try Checkpoint.write(tensors, metadata: metadata, to: folder("all.h5"))
    let checkpoint = try Checkpoint.open(path: folder("all.h5"))
    #expect(checkpoint.entries.count == tensors.count)
    for (name, tensor) in tensors {
      #expect(checkpoint[name]?.type == tensor.type)
      #expect(try checkpoint.tensor(name).allBytes == tensor.allBytes, "\(name)")
      #expect((checkpoint[name]?.file == nil) == (tensor.byteCount == 0))
    }
    for (key, value) in metadata { #expect(checkpoint.metadata(key) == value) }
    #expect(checkpoint.notes.isEmpty)
    #expect(folder.names == ["all.h5"])
  }

  /// Names of Keras's variables get its groups and lists, which are split beyond 64 KB; the reader goes by them.
  @Test(arguments: [3, 700]) func variablesAreListedByLayer(_ count: Int) throws {
    let one = try tensor(.f32, [1])
    let scope = String(repeating: "s", count: 100)
    let names = ["a", "b"].flatMap { layer in (0..<count).map { Name("\(layer)/\(scope)/\($0)/kernel:0") } }
    try Checkpoint.write(names.map { ($0, one) }, metadata: [("backend", "x")], to: folder("k.h5"))
    let checkpoint = try Checkpoint.open(path: folder("k.h5"))
    #expect(Set(checkpoint.entries.map(\.name)) == Set(names))
    #expect(checkpoint.metadata("keras_version") == "2.15.0" && checkpoint.metadata("backend") == "x")
    let text = String(decoding: try folder.bytes("k.h5"), as: UTF8.self)
    #expect(text.contains("weight_names1") == (count > 3) && !text.contains("layer_names0"))
  }

  @Test func theSameTensorsGiveTheSameFile() throws {
    let tensors = [(name: Name("a"), tensor: try tensor(.bf16, [4]))]
    try Checkpoint.write(tensors, to: folder("one.h5"))
    try Checkpoint.write(tensors, to: folder("two.h5"))
    #expect(try folder.bytes("one.h5") == folder.bytes("two.h5"))
  }

  @Test func takesPiecesAndOtherMetadata() throws {
    let (a, b) = (try tensor(.f32, [100]), try tensor(.f64, [7, 3]))
    var writer = try HDF5Writer(
      to: folder("x.h5"), declaring: [("a", a.type), ("b", b.type)], metadata: [("digest", "?")])
    try b.withBytes { bytes in
      try writer.write(UnsafeRawBufferPointer(rebasing: bytes[..<50]), to: "b")
    }
    try writer.write(a, to: "a")
    try b.withBytes { bytes in
      try writer.write(UnsafeRawBufferPointer(rebasing: bytes[50...]), to: "b")
    }
    try writer.replace(metadata: [("digest", String(repeating: "f", count: 64)), ("licence", "none")])
    try writer.commit()
    let checkpoint = try Checkpoint.open(path: folder("x.h5"))
    #expect(try checkpoint.tensor("a").allBytes == a.allBytes)
    #expect(try checkpoint.tensor("b").allBytes == b.allBytes)
    #expect(checkpoint.metadata.map(\.key) == ["digest", "licence"])
  }

  @Test func refusesWhatItCannotHold() throws {
    let one = try tensor(.f32, [1])
    for (names, metadata, words) in [
      (["a/b"], [], "\"a/b\" cannot be a name in an HDF5 file"),
      (["."], [], "\".\" cannot be a name"), ([""], [], "\"\" cannot be a name"),
      (["a", "a"], [], "tensor \"a\" comes twice"),
      (["a"], [("k", "x"), ("k", "y")], "metadata key \"k\" comes twice"),
      (["a"], [("k", "x\0y")], "metadata \"k\" is longer than 16 MiB or holds a NUL"),
    ] as [([String], [(String, String)], String)] {
      let error = #expect(throws: Diagnostic.self) {
        try Checkpoint.write(
          names.map { (Name($0), one) }, metadata: metadata.map { (Name($0), $1) }, to: folder("x.h5"))
      }
      #expect(error?.message.text.contains(words) == true, "\(String(describing: error))")
    }
    let packed = try Tensor(TensorType(.u4, shape: [2]), bytes: [0])
    let error = #expect(throws: Diagnostic.self) { try Checkpoint.write([("a", packed)], to: folder("x.h5")) }
    #expect(error?.message.text.hasPrefix("tensor \"a\", u4[2], cannot be written") == true)
    #expect(error?.site == folder("x.h5"))
    #expect(folder.names.isEmpty)
  }

  @Test func nothingIsLostBeforeAllIsWritten() throws {
    try folder.put("x.h5", "old")
    let one = try tensor(.f32, [2])
    var writer = try HDF5Writer(to: folder("x.h5"), declaring: [("a", one.type)])
    #expect(throws: Diagnostic.self) { try writer.write(one, to: "b") }
    let other = try tensor(.f32, [1])
    #expect(throws: Diagnostic.self) { try writer.write(other, to: "a") }
    try other.withBytes { bytes in try writer.write(bytes, to: "a") }
    do throws(Diagnostic) {
      try writer.commit()
      Issue.record("an incomplete file was committed")
    } catch {
      #expect(
        error.message == "tensor \"a\" was declared for this file, but only 4 of its bytes were given")
    }
    #expect(try folder.bytes("x.h5") == Array("old".utf8))
    #expect(folder.names == ["x.h5"])
  }
}
