import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct SafetensorsWritingTests {
  private static let odd = Name("layers.0.\u{E9}\"\\\n\u{202E}\u{1F3B5}")

  private static let unknown: [DType] = [.u2, .i2, .u4, .i4, .c128]

  /// A tensor of every element type that the format has, without elements and without axes among them.
  private func tensors() throws -> [(name: Name, tensor: Tensor)] {
    var tensors: [(name: Name, tensor: Tensor)] = []
    for element in DType.allCases where !Self.unknown.contains(element) {
      for (tag, shape) in [("few", [2, 4]), ("none", [3, 0]), ("flat", [4])] {
        let type = TensorType(element, shape: shape)
        let bytes = (0..<(type.byteCount ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ element.bits) }
        tensors.append((Name("\(element).\(tag)"), try Tensor(type, bytes: bytes)))
      }
    }
    tensors.append((Self.odd, try Tensor(floats: [.pi], shape: [])))
    return tensors
  }

  @Test func opensWhatItWrote() throws {
    let folder = try TemporaryFolder()
    let path = folder("all.safetensors")
    let tensors = try tensors()
    let metadata: [(key: Name, value: String)] = [("format", "pt"), ("z", "\u{0}\"\n"), ("a", "\u{1F3B5}")]
    try Checkpoint.write(tensors, metadata: metadata, to: path)

    let checkpoint = try Checkpoint.open(path: path)
    #expect(checkpoint.entries.count == tensors.count)
    for (name, tensor) in tensors {
      let read = try checkpoint.tensor(name)
      #expect(read.type == tensor.type)
      #expect(read.bytes == tensor.bytes)
    }
    #expect(checkpoint.metadata.map(\.key) == metadata.map(\.key))
    #expect(checkpoint.metadata.map(\.value) == metadata.map(\.value))
    #expect(checkpoint.notes == ["tensor name \(Self.odd.quoted) is empty or holds controls"])
    #expect(folder.names == ["all.safetensors"])
  }

  @Test func refusesToWriteWhatTheFormatLacks() throws {
    let folder = try TemporaryFolder()
    let types = Self.unknown.map { TensorType($0, shape: [4]) } + [TensorType(.f4, shape: [3])]
    for type in types {
      let bytes = Array(repeating: 0 as UInt8, count: try #require(type.byteCount))
      let error = #expect(throws: Diagnostic.self) {
        try Checkpoint.write([("x", try Tensor(type, bytes: bytes))], to: folder("x.safetensors"))
      }
      #expect(error?.message.text.contains("tensor \"x\", \(type), cannot be written") == true)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func alignsDataAndElements() throws {
    let folder = try TemporaryFolder()
    let path = folder("aligned.safetensors")
    try Checkpoint.write(try tensors(), to: path)
    let entries = try Checkpoint.open(path: path).entries
    #expect(entries.first?.range.map { $0.lowerBound % 64 } == 0)
    for entry in entries where entry.type.element.bits >= 8 {
      #expect(entry.range.map { $0.lowerBound % (entry.type.element.bits / 8) } == 0)
    }
  }

  /// The bytes that upstream's `safetensors.numpy.save` gives, but for the wider padding.
  @Test func ordersLikeUpstream() throws {
    let folder = try TemporaryFolder()
    try Checkpoint.write(
      [
        ("b", try Tensor(floats: [1], shape: [1])),
        ("h", try Tensor(reals: [1], as: .init(.f16, shape: [1]))),
        ("a", try Tensor(floats: [2], shape: [1, 1])),
      ], metadata: [("format", "np")], to: folder("m.safetensors"))
    let text =
      #"{"__metadata__":{"format":"np"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"h":{"dtype":"F16","shape":[1],"data_offsets":[8,10]}}"#
    let bytes = try folder.bytes("m.safetensors")
    #expect(String(decoding: bytes[8...].prefix(text.utf8.count), as: UTF8.self) == text)
    #expect(Array(bytes.suffix(10)) == [0, 0, 0, 64, 0, 0, 128, 63, 0, 60])
  }

  @Test func takesPiecesInAnyOrder() throws {
    let folder = try TemporaryFolder()
    let path = folder("pieces.safetensors")
    let bytes = Array(UInt8(0)..<48)
    var writer = try SafetensorsWriter(to: path, declaring: [("a", .f32(8)), ("b", .f32(4))])
    #expect(writer.names == ["a", "b"])
    for (name, range) in [("b", 32..<40), ("a", 0..<31), ("b", 40..<48), ("a", 31..<32)]
      as [(Name, Range<Int>)]
    {
      try bytes[range].withUnsafeBytes { try writer.write($0, to: name) }
    }
    #expect(folder.names.contains("pieces.safetensors") == false)
    try writer.commit()
    let checkpoint = try Checkpoint.open(path: path)
    #expect(try checkpoint.tensor("a").bytes == Array(bytes[..<32]))
    #expect(try checkpoint.tensor("b").bytes == Array(bytes[32...]))
  }

  @Test func replacesTheFileItReadsFrom() throws {
    let folder = try TemporaryFolder()
    let path = folder("same.safetensors")
    try Checkpoint.write([("a", try Tensor(floats: [1, 2], shape: [2]))], to: path)
    let old = try Checkpoint.open(path: path)
    let mapped = try old.tensor("a")
    try Checkpoint.write([("b", mapped), ("a", mapped)], to: path)
    #expect(try mapped.floats() == [1, 2])
    #expect(try Checkpoint.open(path: path).entries.map(\.name) == ["a", "b"])
  }

  @Test func refusesWhatCouldNotBeReadBack() throws {
    let folder = try TemporaryFolder()
    let path = folder("never.safetensors")
    func words(_ tensors: [(name: Name, type: TensorType)], _ metadata: [(key: Name, value: String)] = [])
      -> String?
    {
      let error = #expect(throws: Diagnostic.self) {
        _ = try SafetensorsWriter(to: path, declaring: tensors, metadata: metadata)
      }
      return error?.description
    }
    #expect(words([("a", .f32(1)), ("a", .f32(2))])?.contains("is to be written twice") == true)
    #expect(
      words([], [("k", "1"), ("k", "2")])?.contains("metadata key \"k\" is to be written twice") == true)
    #expect(words([("__metadata__", .f32(1))])?.contains("tensor cannot be called \"__metadata__\"") == true)
    #expect(
      words([(Name(String(repeating: "n", count: 70_000)), .f32(1))])?.contains("at most 65536") == true)
    #expect(words([("a", .f32("L"))])?.contains("f32[L], cannot be written; expected fixed lengths") == true)
    #expect(words([("a", TensorType(.f4, shape: [3]))])?.contains("cannot be written") == true)
    #expect(
      words([("a", TensorType(.f32, shape: .init(repeating: 1, count: 65)))])?.contains("cannot") == true)
    #expect(
      words([
        ("a", TensorType(.u8, shape: [1 << 48, 1 << 13])), ("b", TensorType(.u8, shape: [1 << 48, 1 << 13])),
      ])?
      .contains("cannot be written") == true)
    #expect(folder.names.isEmpty)
  }

  @Test func refusesWhatWasNotDeclared() throws {
    let folder = try TemporaryFolder()
    try folder.put("out.safetensors", "old")
    do {
      var writer = try SafetensorsWriter(to: folder("out.safetensors"), declaring: [("a", .f32(1))])
      let one = try Tensor(floats: [1], shape: [1])
      let other = try Tensor(floats: [1, 2], shape: [2])
      expect("tensor \"b\" was not declared") { () throws(Diagnostic) in try writer.write(one, to: "b") }
      expect("is f32[2], but f32[1] was declared") { () throws(Diagnostic) in try writer.write(other, to: "a")
      }
      expect("has room for 4 more bytes, but is given 8") { () throws(Diagnostic) in
        try other.withBytes { bytes throws(Diagnostic) in try writer.write(bytes, to: "a") }
      }
      do throws(Diagnostic) {
        try writer.commit()
        Issue.record("an unfilled file was committed")
      } catch {
        #expect(
          error.message.text == "tensor \"a\" was declared for this file, but only 0 of its bytes were given")
      }
    }
    #expect(folder.names == ["out.safetensors"])
    #expect(try folder.bytes("out.safetensors") == Array("old".utf8))
  }

  private func expect(_ words: String, _ body: () throws(Diagnostic) -> Void) {
    do throws(Diagnostic) {
      try body()
      Issue.record("expected: \(words)")
    } catch {
      #expect(error.message.text.contains(words))
    }
  }
}

extension Tensor {
  var bytes: [UInt8] { withBytes { Array($0) } }
}
