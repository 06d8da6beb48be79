/// Hears when something is struck.
///
/// The strength of frame t is the mean rise of the bands from frame t - 2 to t + 2; 0 in the first and last 5
/// frames, where windows hang over the ends. A frame is an onset iff its strength is the greatest of the 10 frames to
/// each side (the first such), at least `least`, at least `share` of the greatest of the sound, and `margin` above
/// the mean of the 12 frames to each side. Its time is that of the frame and 1.625 hops. Nothing is an onset in a
/// sound whose loudest band is below 0.05.
package struct OnsetDetector: Sendable {
  package var least = 0.5
  package var share = 0.3
  package var margin = 0.1

  package init() {}

  package struct Onset: Hashable, Sendable {
    package let frame: Int
    /// Seconds.
    package let time: Double
    package let strength: Double
  }

  package func onsets(in levels: SoundLevels) -> [Onset] {
    guard levels.loudest >= 0.05 else { return [] }
    let strengths = Self.strengths(levels)
    let greatest = strengths.max() ?? 0
    var onsets: [Onset] = []
    for (frame, strength) in strengths.enumerated() {
      let near = max(0, frame - 10)..<min(strengths.count, frame + 11)
      let wide = max(0, frame - 12)..<min(strengths.count, frame + 13)
      let mean = strengths[wide].reduce(0, +) / Double(wide.count)
      guard strength >= least, strength >= share * greatest, strength >= mean + margin,
        near.first(where: { strengths[$0] == strengths[near].max() }) == frame
      else { continue }
      let time = (Double(frame) + 1.625) * Double(levels.hop) / Double(levels.sampleRate)
      onsets.append(Onset(frame: frame, time: time, strength: strength))
    }
    return onsets
  }

  private static func strengths(_ levels: SoundLevels) -> [Double] {
    let frames = levels.frames
    return frames.indices.map { frame in
      guard frame >= 5, frame < frames.count - 5 else { return 0 }
      let rises = zip(frames[frame + 2], frames[frame - 2]).map { max(0, $0 - $1) }
      return rises.reduce(0, +) / Double(rises.count)
    }
  }
}
