import Media
import Tensors

/// Which clips are worth learning from. A measure that is not asked for is not taken.
package struct ClipFilter: Hashable, Sendable {
  /// Seconds.
  package var leastSeconds = 1.0
  /// The largest share of 20 ms frames below -60 dB of full scale.
  package var mostSilence: Double?
  /// The least frequency, in Hz, below which 99 % of the energy lies.
  package var leastBandwidth: Double?
  /// What the scores of a clip must be.
  package var rules: [ScoreRule] = []
  package var scores = ClipScores()

  package init() {}

  /// Throws iff a clip of `seconds` seconds with this sound is not wanted, with the value that was found.
  func check(_ sound: Sound, seconds: Double) throws(Diagnostic) {
    guard seconds >= leastSeconds else { throw .short(seconds, leastSeconds) }
    if let mostSilence {
      let found = sound.silence()
      guard found <= mostSilence else { throw .silent(found, mostSilence) }
    }
    if let leastBandwidth {
      let found = sound.rolloff()
      guard found >= leastBandwidth else { throw .dull(found, leastBandwidth) }
    }
  }

  /// Throws iff a score of the window called `id`, or of the whole clip where it has none of its own, is not as
  /// a rule wants it, or is missing.
  func checkScores(_ id: String, of clip: String) throws(Diagnostic) {
    for rule in rules {
      guard let score = scores[id, rule.name] ?? scores[clip, rule.name] else { throw .noScore(rule) }
      guard rule.allows(score) else { throw .score(score, rule) }
    }
  }
}

extension Diagnostic {
  fileprivate static func short(_ seconds: Double, _ least: Double) -> Diagnostic {
    Diagnostic("too short: \(SourceClip.short(seconds)) s, expected at least \(SourceClip.short(least)) s")
  }
  fileprivate static func silent(_ share: Double, _ most: Double) -> Diagnostic {
    Diagnostic("too silent: \(SourceClip.short(share)) of the frames, expected at most \(most)")
  }
  fileprivate static func dull(_ bandwidth: Double, _ least: Double) -> Diagnostic {
    let expected = "expected at least \(SourceClip.short(least)) Hz"
    return Diagnostic(
      "too narrow: 99 % of the energy lies below \(SourceClip.short(bandwidth)) Hz, \(expected)")
  }
  fileprivate static func noScore(_ rule: ScoreRule) -> Diagnostic {
    Diagnostic("there is no score \(Name(rule.name).quoted), expected \(rule)")
  }
  fileprivate static func score(_ score: Double, _ rule: ScoreRule) -> Diagnostic {
    Diagnostic("the score \(Name(rule.name).quoted) is \(score), expected \(rule)")
  }
}
