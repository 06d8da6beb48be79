/// What a sound's strikes sound like, whenever they come.
///
/// The mean of the levels of frames t + 2 … t + 9 of every onset t (of all frames where there is none), less its own
/// mean over the bands, divided by its own deviation.
package struct Timbre: Hashable, Sendable {
  package let bands: [Double]

  package init(_ levels: SoundLevels, onsets: [OnsetDetector.Onset]) {
    let struck = Set(onsets.flatMap { $0.frame + 2..<$0.frame + 10 }).filter { $0 < levels.frames.count }
    let frames = struck.isEmpty ? levels.frames : struck.sorted().map { levels.frames[$0] }
    let mean = Self.mean(frames, SoundLevels.bands)
    let level = mean.reduce(0, +) / Double(mean.count)
    let spread = (mean.reduce(0) { $0 + ($1 - level) * ($1 - level) } / Double(mean.count)).squareRoot()
    bands = mean.map { ($0 - level) / (spread + 1e-9) }
  }

  private init(bands: [Double]) { self.bands = bands }

  /// The template of several: their mean.
  package static func template(of timbres: [Timbre]) -> Timbre {
    Timbre(bands: mean(timbres.map(\.bands), SoundLevels.bands))
  }

  /// The name of the template that is most alike.
  package func nearest(of templates: [String: Timbre]) -> String? {
    templates.keys.sorted().max { a, b in likeness(to: templates[a]) < likeness(to: templates[b]) }
  }

  private func likeness(to other: Timbre?) -> Double {
    zip(bands, other?.bands ?? []).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func mean(_ rows: [[Double]], _ count: Int) -> [Double] {
    var sums = Array(repeating: 0.0, count: count)
    for row in rows { for (place, value) in row.enumerated() { sums[place] += value } }
    return sums.map { $0 / Double(max(rows.count, 1)) }
  }
}
