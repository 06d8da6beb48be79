import Glibc
import Media
import TemporaryFolders
import Tensors
import Testing

@testable import Reports

@Suite struct SpectrogramTests {
  private static func sine(_ hertz: Double, _ amplitude: Double, seconds: Double = 0.5) -> [Float] {
    (0..<Int(44_100 * seconds)).map { Float(amplitude * sin(2 * .pi * hertz * Double($0) / 44_100)) }
  }

  @Test(arguments: [(120.0, 1.0), (1000.0, 0.5), (9000.0, 0.01)])
  func aSineIsALineOfItsLoudness(hertz: Double, amplitude: Double) throws {
    let plot = Spectrogram(of: Self.sine(hertz, amplitude), sampleRate: 44_100, columns: 20, rows: 128)
    let column = (0..<128).map { plot.decibels[$0 * 20 + 10] }
    let loudest = try #require(column.indices.max { column[$0] < column[$1] })
    #expect(abs(Double(loudest) + 0.5 - 128 * (1 - plot.height(of: hertz))) <= 1.5)
    #expect(abs(column[loudest] - 20 * log10(amplitude)) < 1.5)
    #expect(column[(loudest + 64) % 128] < column[loudest] - 60)
  }

  @Test func aClickIsSeenInALongSound() {
    var samples = [Float](repeating: 0, count: 44_100 * 20)
    samples[44_100 * 5] = 1
    let plot = Spectrogram(of: samples, sampleRate: 44_100, columns: 40, rows: 8)
    let levels = (0..<40).map { plot.decibels[$0] }
    #expect(levels.indices.max { levels[$0] < levels[$1] } == 10)
    #expect(levels[0] == -200)
  }

  @Test func transformMatchesItsDefinition() {
    let transform = FourierTransform(atLeast: 5)
    let samples = (0..<8).map { Double($0 * $0 % 7) - 2 }
    for (bin, power) in transform.power(of: samples).enumerated() {
      let turns = samples.indices.map { -2 * Double.pi * Double(bin * $0) / 8 }
      let (re, im) = (
        zip(samples, turns).reduce(0) { $0 + $1.0 * cos($1.1) },
        zip(samples, turns).reduce(0) { $0 + $1.0 * sin($1.1) }
      )
      #expect(abs(power - re * re - im * im) < 1e-9)
    }
  }

  @Test func coloursGrowLighter() {
    let lightness = (0...100).map { step in
      let colour = ColourMap.colour(at: Double(step) / 100)
      return 0.2126 * Double(colour.red) + 0.7152 * Double(colour.green) + 0.0722 * Double(colour.blue)
    }
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ColourMap.colour(at: -1) == ColourMap.colour(at: 0))
  }

  @Test func everyLetterThatIsWrittenExists() {
    let texts = [
      "0123456789", "-80", "0.25", "4k", "Hz", "s", "dB", "left", "right", "channel 3", "seen", "heard",
      "loss", "training", "validation", "learning rate", "step", "after 1 of 2 steps", "2M", "1e-4",
    ]
    for character in texts.joined() { #expect(PixelFont.glyphs[character]?.count == 7, "\(character)") }
  }

  @Test func writesAPicture() throws {
    let folder = try TemporaryFolder()
    let channels = [Self.sine(440, 0.5)]
    try SpectrogramPNG.write(channels: channels, sampleRate: 44_100, to: folder("a.png"))
    let bytes = try folder.bytes("a.png")
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(Array(bytes[16..<24]) == [0, 0, 4, 0x40, 0, 0, 1, 0x34])
    let raster = Raster(width: 7, height: 5, filled: .ink)
    #expect(try PNG.encode(raster) == PNG.encode(raster))
  }

  /// Rows of ticks stand above, at their moments, each in its colour; lines go through where they are wanted.
  @Test func marksMoments() throws {
    let plot = Spectrogram(of: Self.sine(440, 0.5), sampleRate: 44_100, columns: 960, rows: 256)
    let raster = SpectrogramPNG.draw(
      [plot], [.seen(at: [0.125]), .heard(at: [0.25, 0.75])])
    let (seen, heard) = (52 + 960 / 4, 52 + 960 / 2)
    #expect(raster.height == SpectrogramPNG.draw([plot], []).height + 32)
    #expect(raster[seen, 8] == Raster.Colour(red: 0, green: 114, blue: 178) && raster[heard, 8] == .white)
    #expect(raster[heard, 24] == Raster.Colour(red: 213, green: 94, blue: 0) && raster[seen, 24] == .white)
    #expect(raster[seen, 52] == .white && raster[heard, 52] != .white)
  }

  @Test func refuses() {
    #expect(
      throws: Diagnostic(
        "channels of [0] samples at 44100 Hz cannot be drawn; expected 1 to 8 channels with samples")
    ) { _ = try SpectrogramPNG.encode(channels: [[]], sampleRate: 44_100) }
  }
}
