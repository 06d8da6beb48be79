package import Media
package import Tensors

/// What is known of sounds by listening to them: whether strikes come when they should, and sound of what they
/// should. No network is needed.
package struct Evaluation: Sendable {
  package var detector = OnsetDetector()
  private var clips: [Clip] = []
  private var references: [String: [Timbre]] = [:]

  package init() {}

  /// A sound as it was heard.
  private struct Clip {
    var score: OnsetScore?
    /// Seconds behind the reference.
    var lag: Double?
    var timbre: Timbre
    var label: String?
  }

  /// Hears a sound.
  ///
  /// `onsets` are the true ones, in ascending seconds; without them those heard in `reference` serve, and
  /// without that either the clip counts for its timbre alone. `label` is what it should sound of; the templates
  /// of labels are made of the references and of what was learned.
  package mutating func add(
    _ sound: Sound, onsets: [Double]? = nil, reference: Sound? = nil, label: String? = nil
  ) throws(Diagnostic) {
    if let onsets { guard onsets == onsets.sorted() else { throw .unsorted() } }
    let levels = SoundLevels(sound)
    let heard = detector.onsets(in: levels)
    var clip = Clip(timbre: Timbre(levels, onsets: heard), label: label)
    var truth = onsets
    if let reference {
      let known = SoundLevels(reference)
      let struck = detector.onsets(in: known)
      truth = truth ?? struck.map(\.time)
      clip.lag = EnvelopeLag.lag(of: levels, behind: known)
      if let label { references[label, default: []].append(Timbre(known, onsets: struck)) }
    }
    if let truth {
      var score = OnsetScore()
      score.add(heard, truth: truth)
      clip.score = score
    }
    clips.append(clip)
  }

  /// Hears a sound that is known to sound of `label`: labels are then told by these and by the references.
  package mutating func learn(_ sound: Sound, label: String) {
    let levels = SoundLevels(sound)
    references[label, default: []].append(Timbre(levels, onsets: detector.onsets(in: levels)))
  }

  /// A figure with the bounds between which it lies for 95 of 100 draws of as many clips.
  package struct Figure: Sendable {
    package let name: String
    package let value: Double
    package let bounds: ClosedRange<Double>
    /// Clips that it is of.
    package let clips: Int
  }

  /// The figures that the clips allow. The same clips and `seed` give the same bounds.
  package func figures(draws: Int = 1000, seed: UInt64 = 0) -> [Figure] {
    let templates = references.mapValues { Timbre.template(of: $0) }
    let scores = clips.compactMap(\.score)
    var figures: [Figure] = []
    func add<Item>(_ name: String, _ items: [Item], _ value: ([Item]) -> Double?) {
      guard let found = value(items) else { return }
      figures.append(
        Figure(
          name: name, value: found, bounds: Self.bounds(items, value, draws, seed) ?? found...found,
          clips: items.count))
    }
    let total = { (scores: [OnsetScore]) in scores.reduce(into: OnsetScore()) { $0.add($1) } }
    if !scores.isEmpty {
      add("onset_f1", scores) { total($0).f1 }
      add("onset_precision", scores) { total($0).precision }
      add("onset_recall", scores) { total($0).recall }
      add("onset_average_precision", scores) { total($0).averagePrecision }
      add("median_timing_error_seconds", scores) { total($0).medianError }
    }
    let lags = clips.compactMap(\.lag)
    if !lags.isEmpty {
      add("mean_envelope_lag_seconds", lags) { $0.reduce(0) { $0 + abs($1) } / Double($0.count) }
    }
    let labelled = clips.filter { $0.label != nil }
    if !labelled.isEmpty, templates.count > 1 {
      add("timbre_accuracy", labelled) { clips in
        Double(clips.count { $0.timbre.nearest(of: templates) == $0.label }) / Double(clips.count)
      }
    }
    return figures
  }

  /// The percentile bootstrap over clips.
  private static func bounds<Item>(
    _ items: [Item], _ value: ([Item]) -> Double?, _ draws: Int, _ seed: UInt64
  ) -> ClosedRange<Double>? {
    var values: [Double] = []
    for draw in 0..<draws {
      var random = KeyedRandom(seed: seed, .bootstrap, step: draw)
      let sample = items.map { _ in items[min(items.count - 1, Int(random.uniform() * Double(items.count)))] }
      if let found = value(sample) { values.append(found) }
    }
    values.sort()
    guard let low = values.dropFirst(values.count / 40).first,
      let high = values.dropLast(values.count / 40).last
    else { return nil }
    return low...high
  }
}

extension Diagnostic {
  fileprivate static func unsorted() -> Diagnostic {
    Diagnostic("the true onsets are not in ascending order", kind: .usage)
  }
}
