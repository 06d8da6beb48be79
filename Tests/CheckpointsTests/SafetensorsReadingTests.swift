import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct SafetensorsReadingTests {
  @Test(arguments: SafetensorsCase.all)
  func comesToItsVerdict(of file: SafetensorsCase) throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("model.safetensors", file.bytes)
    switch file.verdict {
    case .accept(let count, let note):
      let checkpoint = try Checkpoint.open(path: path)
      #expect(checkpoint.entries.count == count)
      if let note { #expect(checkpoint.notes.contains { $0.contains(note) }, "\(checkpoint.notes)") }
      if note == nil { #expect(checkpoint.notes.allSatisfy { $0.contains("does not begin at a multiple") }) }
    case .reject(let words):
      let error = #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.kind == .data)
      #expect(error?.site?.contains(path) == true)
    }
  }

  @Test func everyNumberHasACase() {
    #expect(Set(SafetensorsCase.all.map(\.number)) == Set(1...114).subtracting([109]))
  }

  /// Case 109: many tensors cost little time, and lookups stay exact.
  @Test func opensAHundredThousandTensors() throws {
    let folder = try TemporaryFolder()
    let members = (0..<100_000).map { "\"t\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}" }
    let path = try folder.put("many.safetensors", file("{" + members.joined(separator: ",") + "}"))
    let checkpoint = try Checkpoint.open(path: path)
    #expect(checkpoint.entries.count == 100_000)
    #expect(checkpoint["t99999"]?.type == TensorType(.f32, shape: [0]))
    #expect(checkpoint["t100000"] == nil)
  }

  @Test func errorsNameTheByte() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("x.safetensors", file("{\"a\":\n tru"))
    let error = #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }
    #expect(error?.site == "\(path):2:2 (byte 15)")
  }

  /// No flip of a byte of a good file ends the process, and what still opens reads to its end.
  @Test func flippedBytesNeverTrap() throws {
    let folder = try TemporaryFolder()
    let good = file(
      "{\"__metadata__\":{\"k\":\"v\\u0041\"},\"a\":\(described()),\"b\":\(described(#""BF16""#, "[3]", "[16,22]"))}",
      22)
    var generator = SplitMix(state: 7)
    var opened = 0
    for round in 0..<4000 {
      var bytes = good
      for _ in 0...(round % 3) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
      }
      if round % 16 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
      let path = try folder.put("flipped.safetensors", bytes)
      do throws(Diagnostic) {
        let checkpoint = try Checkpoint.open(path: path)
        opened += 1
        for entry in checkpoint.entries {
          try entry.tensor.withBytes { #expect($0.count == entry.byteCount) }
        }
        _ = try checkpoint.nonFinite()
      } catch {
        #expect(!error.message.text.isEmpty)
      }
    }
    #expect(opened > 100 && opened < 3900)
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
