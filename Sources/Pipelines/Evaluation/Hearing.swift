package import Media

/// When a sound is heard to be struck, beside when it should be.
package struct Hearing: Sendable {
  /// Seconds, ascending.
  package let heard: [Double]
  /// Seconds, ascending; `nil` iff nobody says.
  package let seen: [Double]?
  /// How well `heard` meets `seen`.
  package let score: OnsetScore?

  package init(_ sound: Sound, seen: [Double]? = nil, by detector: OnsetDetector = OnsetDetector()) {
    let onsets = detector.onsets(in: SoundLevels(sound))
    heard = onsets.map(\.time)
    self.seen = seen
    score = seen.map { seen in
      var score = OnsetScore()
      score.add(onsets, truth: seen)
      return score
    }
  }
}
