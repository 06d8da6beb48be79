import Glibc
import Media
import ReaderPipe
import TemporaryFolders
import Tensors
import Testing

/// Sound of any file at any rate, at its place in time, and words for files that have none.
@Suite struct SoundReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func sine(_ hertz: Double, _ amplitude: Double, rate: Int, seconds: Double) -> [Float] {
    (0..<Int(Double(rate) * seconds)).map {
      Float(amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate)))
    }
  }

  /// The largest difference but for the first and last 10 ms, which a resampler cannot know.
  private static func error(_ found: [Float], _ expected: [Float], rate: Int) -> Float {
    guard found.count == expected.count else { return .infinity }
    let edge = rate / 100
    return zip(found, expected).dropFirst(edge).dropLast(edge).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: [8000, 16_000, 22_050, 44_100, 48_000, 96_000], [16_000, 44_100])
  func ratesAreChanged(from: Int, to rate: Int) throws {
    let (left, right) = (
      Self.sine(440, 0.5, rate: from, seconds: 1), Self.sine(1000, 0.25, rate: from, seconds: 1)
    )
    let path = folder("a.wav")
    try SoundFile.write(try Sound(channels: [left, right], sampleRate: from), to: path, as: .float)
    let found = try SoundReader().sound(path: path, rate: rate, channels: 2)
    #expect(found.sampleRate == rate && found.count == rate)
    let expected = [(440, 0.5), (1000, 0.25)].map { Self.sine($0, $1, rate: rate, seconds: 1) }
    for (a, b) in zip(found.channels, expected) { #expect(Self.error(a, b, rate: rate) < 2e-3) }
  }

  @Test func theSameRateIsTheSameSamples() throws {
    let wave = Self.sine(440, 0.9, rate: 44_100, seconds: 0.3)
    let path = folder("a.wav")
    try SoundFile.write(
      try Sound(channels: [wave, wave.reversed()], sampleRate: 44_100), to: path, as: .float)
    let found = try SoundReader().sound(path: path, rate: 44_100, channels: 2)
    #expect(found.channels == [wave, wave.reversed()])
  }

  @Test func channelsAreMixed() throws {
    let wave = Self.sine(440, 0.9, rate: 16_000, seconds: 0.3)
    let path = folder("a.wav")
    try SoundFile.write(try Sound(channels: [wave], sampleRate: 16_000), to: path, as: .float)
    #expect(try SoundReader().sound(path: path, rate: 16_000, channels: 2).channels == [wave, wave])
    #expect(try SoundReader().sound(path: path, rate: 16_000, channels: 1).channels == [wave])
    let silent = wave.map { _ in Float(0) }
    try SoundFile.write(try Sound(channels: [wave, silent], sampleRate: 16_000), to: path, as: .float)
    let mono = try SoundReader().sound(path: path, rate: 16_000, channels: 1)
    #expect(Self.error(mono.channels[0], wave.map { $0 / 2 }, rate: 16_000) < 1e-6)
    let six = Array(repeating: wave, count: 6)
    try SoundFile.write(try Sound(channels: six, sampleRate: 16_000), to: path, as: .float)
    let stereo = try SoundReader().sound(path: path, rate: 16_000, channels: 2)
    #expect(stereo.channels[0] == stereo.channels[1] && stereo.peak > 0.5 && stereo.peak <= 1)
  }

  @Test(arguments: [0.25, 2.5, 9.87])
  func aPartIsThatOfTheWhole(start: Double) throws {
    var noise = SystemRandomNumberGenerator()
    let wave = (0..<480_000).map { _ in Float.random(in: -0.5...0.5, using: &noise) }
    let path = folder("a.wav")
    try SoundFile.write(try Sound(channels: [wave, wave], sampleRate: 48_000), to: path, as: .float)
    let whole = try SoundReader().sound(path: path, rate: 44_100, channels: 2)
    let part = try SoundReader().sound(path: path, rate: 44_100, channels: 2, start: start, duration: 0.1)
    let first = Int((start * 44_100).rounded())
    #expect(whole.count == 441_000)
    #expect(part.channels[0] == Array(whole.channels[0][first..<first + 4410]))
  }

  @Test func aVideosOwnSound() throws {
    let path = Clip.path("ball.mp4")
    let found = try SoundReader().sound(path: path, rate: 44_100, channels: 2)
    #expect(found.channels[0] == found.channels[1])
    #expect(abs(found.duration - 4) < 0.05)
    // 330 Hz of amplitude ⅛, as good as 24 kbit/s.
    let wave = Self.sine(330, 0.125, rate: 44_100, seconds: 3.5)
    #expect(Self.error(Array(found.channels[0].prefix(wave.count)), wave, rate: 44_100) < 0.04)
    let late = try SoundReader().sound(path: path, rate: 44_100, channels: 2, start: 1.5, duration: 1)
    #expect(late.count == 44_100)
    #expect(Self.error(late.channels[0], Array(wave[66_150..<110_250]), rate: 44_100) < 0.04)
  }

  @Test(arguments: [
    ("text.mp4", "this is neither sound nor video"), ("playlist.mp4", "this is no video but a playlist"),
    ("odd_size.mp4", "there is no sound"), ("cut_index.mp4", "the container is damaged or cut off"),
    ("variable_rate.mp4", "there is no sound"), ("missing.mp4", "cannot open"),
  ])
  func badFilesAreNamed(clip: String, words: String) throws {
    do throws(Diagnostic) {
      _ = try SoundReader().sound(path: Clip.path(clip), rate: 44_100, channels: 2)
      Issue.record("\(clip) was read")
    } catch {
      #expect(error.message.text.contains(words), "\(error)")
      #expect(error.site == Clip.path(clip))
    }
  }

  @Test func startsAndLengthsThatMakeNoSense() throws {
    let reader = SoundReader()
    let path = Clip.path("ball.mp4")
    #expect(throws: Diagnostic.self) { try reader.sound(path: path, rate: 44_100, channels: 2, start: 5) }
    #expect(throws: Diagnostic.self) { try reader.sound(path: path, rate: 44_100, channels: 2, start: -1) }
    #expect(throws: Diagnostic.self) { try reader.sound(path: path, rate: 44_100, channels: 2, duration: 0) }
    #expect(throws: Diagnostic.self) {
      try reader.sound(path: path, rate: 44_100, channels: 2, duration: 1e8)
    }
    #expect(throws: Diagnostic.self) { try reader.sound(path: path, rate: 0, channels: 2, duration: 1) }
  }

  /// Files with a byte changed here and there: a sound or a diagnostic, in bounded time and memory.
  @Test func damagedFilesEndWell() throws {
    let name = "ball.mp4"
    var bytes: [UInt8] = []
    let file = try InputFile(path: Clip.path(name))
    bytes = try file.read(0..<file.count)
    for seed in 0..<24 {
      var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
      var damaged = bytes
      for _ in 0..<40 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        damaged[Int(state >> 33) % damaged.count] ^= UInt8(truncatingIfNeeded: state >> 25)
      }
      let path = try folder.put(name, damaged)
      let limits = ReaderLimits(memoryBytes: 256 << 20, cpuSeconds: 20, silence: 20)
      do throws(Diagnostic) {
        let sound = try SoundReader(limits: limits).sound(path: path, rate: 16_000, channels: 1, duration: 12)
        #expect(sound.count <= 192_000)
      } catch { #expect(!error.message.text.contains("crashed"), "\(error)") }
    }
  }
}
