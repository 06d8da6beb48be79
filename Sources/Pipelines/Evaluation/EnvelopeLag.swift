/// How far one sound lies behind another, by their loudness alone: the lag, at most a second either way, at which
/// the frame-to-frame rises of their envelopes agree best. Stands in for DeSync where no network is at hand.
package enum EnvelopeLag {
  /// Seconds by which `sound` lies behind `reference`; `nil` iff one of them is even throughout, or they are sampled
  /// otherwise.
  package static func lag(of sound: SoundLevels, behind reference: SoundLevels) -> Double? {
    guard sound.hop == reference.hop, sound.sampleRate == reference.sampleRate else { return nil }
    let (a, b) = (rises(sound), rises(reference))
    guard a.contains(where: { $0 > 0 }), b.contains(where: { $0 > 0 }) else { return nil }
    let most = sound.sampleRate / sound.hop
    let best = (-most...most).max { left, right in
      let (one, other) = (agreement(a, b, left), agreement(a, b, right))
      return one == other ? abs(left) > abs(right) : one < other
    }
    return best.map { Double($0 * sound.hop) / Double(sound.sampleRate) }
  }

  private static func rises(_ levels: SoundLevels) -> [Double] {
    let envelope = levels.frames.map { $0.reduce(0, +) / Double($0.count) }
    return zip(envelope.dropFirst(), envelope).map { max(0, $0 - $1) }
  }

  private static func agreement(_ a: [Double], _ b: [Double], _ lag: Int) -> Double {
    var sum = 0.0
    for place in max(0, lag)..<max(max(0, lag), min(a.count, b.count + lag)) {
      sum += a[place] * b[place - lag]
    }
    return sum
  }
}
