import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct NPZTests {
  private let folder: TemporaryFolder
  private static let arrays =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    + "/Fixtures/arrays/"

  init() throws { folder = try TemporaryFolder() }

  private func trouble(_ path: String) -> String? {
    #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }?.description
  }

  @Test func readsWhatNumPyWrote() throws {
    let checkpoint = try Checkpoint.open(path: Self.arrays + "plain.npz")
    #expect(
      checkpoint.entries.map { "\($0.name): \($0.type)" } == [
        "layers.0.w: f32[2, 3]", "scalar: i64[]", "flags: bool[2]", "half: f16[2]", "none: u16[0, 3]",
        "complex: c64[1]",
      ])
    #expect(try checkpoint.tensor("layers.0.w").floats() == [0, 1, 2, 3, 4, 5])
    #expect(try checkpoint.tensor("scalar").integers() == [-7])
    #expect(try checkpoint.tensor("flags").reals() == [1, 0])
    #expect(try checkpoint.tensor("half").reals() == [1.5, -2])
    #expect(checkpoint["layers.0.w"]?.file != nil)
  }

  @Test func refusesWhatItDoesNotRead() throws {
    #expect(trouble(Self.arrays + "compressed.npz")?.contains("\"layers.0.w.npy\" is compressed") == true)
    #expect(trouble(Self.arrays + "column_major.npy")?.contains("column-major") == true)
    #expect(trouble(try folder.put("x.npz", "no zip"))?.contains("no directory at its end") == true)
    #expect(trouble(try folder.put("x.npy", "no array"))?.contains("not a NumPy array file") == true)
  }

  @Test func opensWhatItWrote() throws {
    var tensors: [(name: Name, tensor: Tensor)] = []
    for element in DType.allCases where (element.isArithmetic || element == .bool) && element != .bf16 {
      for shape in [[], [3], [2, 3], [0, 5]] {
        let type = TensorType(element, shape: shape)
        let bytes = (0..<(type.byteCount ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        tensors.append((Name("\u{E9}/\(element)\(shape)"), try Tensor(type, bytes: bytes)))
      }
    }
    let path = folder("all.npz")
    try Checkpoint.write(tensors, to: path)
    let checkpoint = try Checkpoint.open(path: path)
    #expect(checkpoint.entries.map(\.name) == tensors.map(\.name))
    for (name, tensor) in tensors {
      #expect(checkpoint[name]?.type == tensor.type)
      #expect(try checkpoint[name]?.tensor.bytes == tensor.bytes)
    }
    #expect(folder.names == ["all.npz"])
  }

  @Test func refusesToWriteWhatNumPyLacks() throws {
    let one = try Tensor(TensorType(.bf16, shape: [1]), bytes: [0, 0])
    for (name, words) in [
      ("x.npz", "NumPy has no type for bf16[1]"), ("x.pt", "ends in .safetensors, .h5 or .npz"),
    ] {
      let error = #expect(throws: Diagnostic.self) { try Checkpoint.write([("a", one)], to: folder(name)) }
      #expect(error?.message.text.contains(words) == true)
    }
    #expect(folder.names.isEmpty)
  }

  @Test(
    arguments: [
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", nil),
      ("{\"shape\":(1 , ),\"descr\":\"<f4\",\"fortran_order\":True}", nil),
      ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "NumPy type \">f4\""),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "NumPy type \"|O\""),
      ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "where a string was expected"),
      ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "where \"False\" was expected"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "where a length"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "where a length"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,4), }", "overflows 63 bits"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "takes 8 bytes, but 4 follow"),
      ("{'descr': '<f4', 'fortran_order': False, }", "descr, fortran_order and shape"),
      ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "once each"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + evil()", "and nothing more"),
      ("{'descr': '<f4", "a plain string"), ("", "\"{\""), ("{", "a string"),
    ] as [(String, String?)])
  func readsHeaders(text: String, words: String?) throws {
    let header = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    let path = try folder.put("a.npy", header + [0, 0, 128, 63])
    if let words {
      #expect(trouble(path)?.contains(words) == true, "\(trouble(path) ?? "")")
    } else {
      #expect(try Checkpoint.open(path: path).tensor("a").floats() == [1])
    }
  }

  /// No flip of a byte ends the process, and one in the data never goes unnoticed.
  @Test func flippedBytesNeverTrap() throws {
    let good = try TemporaryFolder()
    try Checkpoint.write(
      [("a", try Tensor(floats: [1, 2], shape: [2])), ("b", try Tensor(floats: [3], shape: []))],
      to: good("x.npz"))
    let bytes = try good.bytes("x.npz")
    let data = try Checkpoint.open(path: good("x.npz")).entries.compactMap(\.range)
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= place.isMultiple(of: 2) ? 0x01 : 0xFF
      let opened = try? Checkpoint.open(path: try folder.put("x.npz", flipped))
      if data.contains(where: { $0.contains(place) }) { #expect(opened == nil) }
      for entry in opened?.entries ?? [] { #expect(try entry.tensor.bytes.count == entry.byteCount) }
      guard place.isMultiple(of: 8) else { continue }
      let cut = try folder.put("x.npz", Array(bytes[..<place]))
      #expect(throws: Diagnostic.self) { try Checkpoint.open(path: cut) }
    }
  }
}
