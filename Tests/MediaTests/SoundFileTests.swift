import Media
import TemporaryFolders
import Tensors
import Testing

@Suite struct SoundFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two channels of steps of 1/128, exact in every encoding.
  private static func steps() throws -> Sound {
    let left = (0..<129).map { Float($0 - 64) / 128 }
    return try Sound(channels: [left, left.reversed()], sampleRate: 44_100)
  }

  @Test(arguments: SoundFile.Encoding.allCases)
  func readsBackWhatItWrote(encoding: SoundFile.Encoding) throws {
    let (sound, path) = (try Self.steps(), folder("out.wav"))
    try SoundFile.write(sound, to: path, as: encoding)
    let back = try SoundFile.read(path)
    #expect(back.sampleRate == 44_100)
    #expect(back == sound)
    #expect(try folder.bytes("out.wav") == SoundFile.encode(sound, as: encoding))
    #expect(folder.names == ["out.wav"])
  }

  @Test(arguments: SoundFile.Encoding.allCases)
  func theBytesAreTheSampleBytesAfterAPlainHead(encoding: SoundFile.Encoding) throws {
    let sound = try Sound(channels: [[0.5, -0.5]], sampleRate: 8000)
    let bytes = try SoundFile.encode(sound, as: encoding)
    #expect(bytes == (try SoundFile.encode(sound, as: encoding)))
    #expect(!bytes.indices.contains { bytes[$0...].starts(with: Array("PEAK".utf8)) })
    let expected: [UInt8] =
      switch encoding {
      case .pcm16: [0, 0x40, 0, 0xC0]
      case .pcm24: [0, 0, 0x40, 0, 0, 0xC0]
      case .float: [0, 0, 0, 0x3F, 0, 0, 0, 0xBF]
      }
    #expect(Array(bytes.suffix(expected.count)) == expected)
  }

  @Test func tensorsAreSounds() throws {
    let tensor = try Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [1, 2, 3])
    let sound = try Sound(tensor, sampleRate: 8000)
    #expect(sound.channels == [[1, 2, 3], [4, 5, 6]])
    #expect(sound == (try Sound(tensor.reshaped([2, 3]), sampleRate: 8000)))
    #expect(sound.interleaved == [1, 4, 2, 5, 3, 6])
    #expect(sound.prefix(2).channels == [[1, 2], [4, 5]])
    let words = Diagnostic("f32[2, 1, 3] is no sound; expected [channels, samples] or [1, channels, samples]")
    #expect(throws: words) { _ = try Sound(tensor.reshaped([2, 1, 3]), sampleRate: 8000) }
  }

  @Test func levels() throws {
    let loud = try Sound(channels: [[2, -4, 1]], sampleRate: 8000)
    #expect(loud.leveled(.dividePeak).channels == [[0.5, -1, 0.25]])
    #expect(loud.leveled(.clip).channels == [[1, -1, 1]])
    #expect(loud.leveled(.keep) == loud)
    let quiet = try Sound(channels: [[0.25, -0.5]], sampleRate: 8000)
    #expect(quiet.leveled(.dividePeak) == quiet)
    let kept = try SoundFile.encode(loud, as: .pcm16, level: .keep)
    #expect(Array(kept.suffix(6)) == [0xFF, 0x7F, 0, 0x80, 0xFF, 0x7F])
  }

  @Test func integersRoundToNearest() throws {
    let step = Float(1) / 32768
    let sound = try Sound(channels: [[0.5 * step, 0.75 * step, -0.75 * step, 1.5 * step]], sampleRate: 8000)
    #expect(Array(try SoundFile.encode(sound, as: .pcm16).suffix(8)) == [0, 0, 1, 0, 0xFF, 0xFF, 2, 0])
  }

  @Test func refusesAndLeavesWhatWasThere() throws {
    let path = try folder.put("out.wav", "precious")
    let sick = try Sound(channels: [[0, 0], [0, .nan]], sampleRate: 2)
    #expect(
      throws: Diagnostic(
        "sample 1 of channel 1 (at 0.5 s) is nan; expected finite samples", at: path,
        note: "the model overflowed, or a checkpoint is damaged", help: "try another seed or --precision f32")
    ) { try SoundFile.write(sick, to: path) }
    #expect(throws: Diagnostic("the sound has no samples; expected at least one", at: path)) {
      try SoundFile.write(try Sound(channels: [[], []], sampleRate: 2), to: path)
    }
    #expect(try folder.bytes("out.wav") == Array("precious".utf8))
    #expect(throws: Diagnostic.self) { try SoundFile.write(try Self.steps(), to: "/proc/none/out.wav") }
    #expect(
      throws: Diagnostic("the channels have [1, 2] samples; expected 1 to 1,024 channels of one length")
    ) {
      _ = try Sound(channels: [[0], [0, 0]], sampleRate: 2)
    }
    #expect(throws: Diagnostic("the sample rate is 0; expected 1 to 1,000,000 a second")) {
      _ = try Sound(channels: [[0]], sampleRate: 0)
    }
  }

  @Test func readsOnlyWAV() throws {
    let remedy = "convert it to WAV with PCM or float samples"
    let text = try folder.put("text.wav", "this is not a sound at all")
    #expect(throws: Diagnostic("\(text) is no WAV file", at: text, help: remedy)) {
      _ = try SoundFile.read(text)
    }
    var bytes = try SoundFile.encode(try Self.steps())
    (bytes[20], bytes[34]) = (7, 8)  // µ-law
    let packed = try folder.put("packed.wav", bytes)
    #expect(
      throws: Diagnostic(
        "\(packed) holds compressed samples; expected PCM or float", at: packed, help: remedy)
    ) {
      _ = try SoundFile.read(packed)
    }
    let head = try folder.put("head.wav", Array(try SoundFile.encode(try Self.steps()).prefix(44)))
    #expect(throws: Diagnostic("\(head) holds no samples; expected at least one", at: head)) {
      _ = try SoundFile.read(head)
    }
  }
}
