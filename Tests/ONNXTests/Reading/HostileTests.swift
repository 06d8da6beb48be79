import HostileFiles
import ONNX
import TemporaryFolders
import Tensors
import Testing

@Suite struct HostileTests {
  @Test(.timeLimit(.minutes(1)), arguments: HostileCase.onnx)
  func comesToItsVerdict(of file: HostileCase) throws {
    let folder = try TemporaryFolder()
    let path = try file.put(into: folder)
    switch file.verdict {
    case .read:
      let error = #expect(throws: Diagnostic.self) { try ModelProto.read(path: path) }
      #expect(error?.description.contains(file.words) == true, "\(error?.description ?? "")")
      #expect(error?.site?.contains(path) == true, "\(error?.site ?? "no site")")
    case .accept:
      let model = try ModelProto.read(path: path)
      #expect(file.words.isEmpty == model.notes.isEmpty, "\(model.notes)")
      #expect(file.words.isEmpty || model.notes.contains { $0.contains(file.words) }, "\(model.notes)")
    case .import:
      let model = try ModelProto.read(path: path)
      let error = #expect(throws: Diagnostic.self) {
        try ImportedModel(model, name: "case").graph.expectSupported()
      }
      #expect(error?.description.contains(file.words) == true, "\(error?.description ?? "")")
    case .run, .result:
      #expect(try ModelProto.read(path: path).graph.nodes.isEmpty == false)
    }
  }

  @Test func everyCaseIsThere() {
    #expect(HostileCase.onnx.count == 127)
    #expect(Set(HostileCase.onnx.map(\.name)).count == 127)
  }

  /// No flip, cut or insertion in a good file ends the process, and what still reads can be looked at.
  @Test(arguments: [
    "ok", "nested_if_20", "bomb_loop_doubling", "function_billion_laughs", "ext_ok", "conv_group0",
  ])
  func brokenBytesNeverTrap(of name: String) throws {
    let folder = try TemporaryFolder()
    let whole = try #require(HostileCase.onnx.first { $0.name == name })
    let path = try whole.put(into: folder)
    let good = try folder.bytes(name + ".onnx")
    var generator = SplitMix(state: UInt64(good.count))
    var (opened, refused) = (0, 0)
    for round in 0..<1500 {
      var bytes = good
      for _ in 0...(round % 4) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch round % 5 {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: place)
        case 2 where bytes.count > 1: bytes.remove(at: place)
        case 3: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], at: place)
        default: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        }
      }
      if round % 16 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
      try folder.put(name + ".onnx", bytes)
      do throws(Diagnostic) {
        let model = try ModelProto.read(path: path)
        opened += 1
        for case .tensor(let tensor) in model.graph.initializers.map(\.contents) {
          tensor.withBytes { #expect($0.count == tensor.byteCount) }
        }
      } catch {
        refused += 1
        #expect(!error.message.text.isEmpty)
      }
    }
    #expect(refused > 300)
    #expect(opened > 3 || name == "function_billion_laughs", "\(opened)")
  }
}

/// The generator of Steele, Lea and Flood: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
