import Glibc
import Media
import Testing

/// What clips are chosen by.
@Suite struct SoundMeasureTests {
  private static let rate = 16_000

  private static func sound(_ wave: (Double) -> Double) throws -> Sound {
    let samples = (0..<rate).map { Float(wave(Double($0) / Double(rate))) }
    return try Sound(channels: [samples, samples], sampleRate: rate)
  }

  @Test func silenceIsAShareOfFrames() throws {
    #expect(try Self.sound { _ in 0 }.silence() == 1)
    #expect(try Self.sound { sin(2 * .pi * 200 * $0) }.silence() == 0)
    // A sine of 10⁻³ has -63 dB, one of 2·10⁻³ has -57 dB.
    #expect(try Self.sound { 1e-3 * sin(2 * .pi * 200 * $0) }.silence() == 1)
    #expect(try Self.sound { 2e-3 * sin(2 * .pi * 200 * $0) }.silence() == 0)
    #expect(try Self.sound { $0 < 0.5 ? 0 : sin(2 * .pi * 200 * $0) }.silence() == 0.5)
    #expect(try Sound(channels: [[]], sampleRate: Self.rate).silence() == 1)
  }

  @Test func rolloffIsWhereTheEnergyEnds() throws {
    let bin = Double(Self.rate) / 2048
    #expect(try Self.sound { _ in 0 }.rolloff() == 0)
    #expect(abs(try Self.sound { sin(2 * .pi * 1000 * $0) }.rolloff() - 1000) <= 2 * bin)
    // 4 % of the energy at 5 kHz, 0.25 % at 7 kHz.
    let mixed = try Self.sound {
      sin(2 * .pi * 1000 * $0) + 0.2 * sin(2 * .pi * 5000 * $0) + 0.05 * sin(2 * .pi * 7000 * $0)
    }
    #expect(abs(mixed.rolloff() - 5000) <= 2 * bin)
    #expect(abs(mixed.rolloff(0.9) - 1000) <= 2 * bin)
  }
}
