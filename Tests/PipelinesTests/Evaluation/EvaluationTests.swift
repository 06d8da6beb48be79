import Glibc
import Media
@testable import Pipelines
import Tensors
import Testing

/// What is heard in sounds whose strikes are known.
@Suite struct EvaluationTests {
  /// Decaying sines of `pitch` Hz at `times`, 2 s at 16 kHz.
  static func strikes(_ times: [Double], pitch: Double, decay: Double = 20) throws -> Sound {
    var samples = Array(repeating: Float(0), count: 32_000)
    for time in times {
      let start = Int(time * 16_000)
      for place in start..<samples.count {
        let seconds = Double(place - start) / 16_000
        samples[place] += Float(0.5 * exp(-decay * seconds) * sin(2 * .pi * pitch * seconds))
      }
    }
    return try Sound(channels: [samples], sampleRate: 16_000)
  }

  @Test func strikesAreHeardWhereTheyAre() throws {
    let times = [0.3, 0.75, 1.2, 1.6]
    let levels = SoundLevels(try Self.strikes(times, pitch: 900))
    let heard = OnsetDetector().onsets(in: levels)
    #expect(heard.count == 4)
    for (onset, time) in zip(heard, times) { #expect(abs(onset.time - time) < 0.02) }
    let silence = try Sound(channels: [Array(repeating: 0, count: 9000)], sampleRate: 16_000)
    #expect(OnsetDetector().onsets(in: SoundLevels(silence)).isEmpty)
  }

  /// A file may say any rate.
  @Test(arguments: [1, 40, 100]) func soundsOfAnyRateAreHeard(_ rate: Int) throws {
    let sound = try Sound(channels: [Array(repeating: 0.5, count: 50)], sampleRate: rate)
    let levels = SoundLevels(sound)
    #expect(levels.hop >= 1 && !levels.frames.isEmpty)
    _ = OnsetDetector().onsets(in: levels)
  }

  @Test func matchingIsOneToOne() {
    let onset = { OnsetDetector.Onset(frame: 0, time: $0, strength: 1) }
    var score = OnsetScore()
    score.add([onset(0.49), onset(0.52), onset(1), onset(2.04), onset(3.06)], truth: [0.5, 1, 2, 3])
    #expect((score.hits, score.estimated, score.truth) == (3, 5, 4))
    #expect(score.precision == 0.6 && score.recall == 0.75)
    #expect(abs(score.f1 - 2.0 / 3) < 1e-12)
    #expect(score.medianError.map { abs($0 - 0.02) < 1e-9 } == true)
  }

  @Test func averagePrecisionRanksByStrength() {
    let onset = { OnsetDetector.Onset(frame: 0, time: $0, strength: $1) }
    var score = OnsetScore()
    score.add([onset(0.5, 3), onset(0.8, 2), onset(1, 1)], truth: [0.5, 1, 2])
    #expect(abs(score.averagePrecision - (1 + 2.0 / 3) / 3) < 1e-12)
  }

  @Test func lagsAreFound() throws {
    let reference = SoundLevels(try Self.strikes([0.4, 0.9, 1.3], pitch: 700))
    let late = SoundLevels(try Self.strikes([0.6, 1.1, 1.5], pitch: 1200))
    let lag = try #require(EnvelopeLag.lag(of: late, behind: reference))
    #expect(abs(lag - 0.2) < 0.01)
    #expect(EnvelopeLag.lag(of: reference, behind: reference) == 0)
  }

  @Test func figuresTellTimbreAndTiming() throws {
    var evaluation = Evaluation()
    for index in 0..<8 {
      let (low, times) = (index.isMultiple(of: 2), [0.3 + 0.02 * Double(index), 0.9, 1.5])
      let pitch = low ? 300.0 : 2500.0
      // The sound of the last is that of the other label.
      try evaluation.add(
        Self.strikes(times, pitch: index == 7 ? 300 : pitch), onsets: times,
        reference: Self.strikes(times, pitch: pitch * 1.02), label: low ? "low" : "high")
    }
    let figures = evaluation.figures(draws: 200)
    let named = Dictionary(figures.map { ($0.name, $0) }) { first, _ in first }
    #expect(named["onset_f1"]?.value == 1)
    #expect(named["timbre_accuracy"]?.value == 0.875)
    #expect(
      named["timbre_accuracy"].map { $0.bounds.lowerBound < 0.875 && $0.bounds.upperBound == 1 } == true)
    #expect(evaluation.figures(draws: 200).map(\.bounds) == figures.map(\.bounds))
  }
}
