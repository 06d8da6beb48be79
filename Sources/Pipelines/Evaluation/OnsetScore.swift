/// How well the onsets of clips were met, counted over all clips together.
///
/// An estimated and a true onset match iff they are at most 50 ms apart; hits are the largest one-to-one
/// matching. Source: `mir_eval.onset.f_measure`.
package struct OnsetScore: Hashable, Sendable {
  package private(set) var hits = 0
  package private(set) var estimated = 0
  package private(set) var truth = 0
  /// Of each estimated onset how far behind the nearest true one it lies, where that is within the window (s).
  package private(set) var errors: [Double] = []
  /// Of each estimated onset its strength and whether it is a hit.
  private var ranked: [Ranked] = []

  private struct Ranked: Hashable {
    var strength: Double
    var isHit: Bool
  }

  package static let window = 0.05

  package init() {}

  /// Counts a clip; both in ascending time.
  package mutating func add(_ onsets: [OnsetDetector.Onset], truth times: [Double]) {
    let matched = Self.matching(onsets.map(\.time), times)
    hits += matched.count
    estimated += onsets.count
    truth += times.count
    for (index, onset) in onsets.enumerated() {
      ranked.append(Ranked(strength: onset.strength, isHit: matched.contains(index)))
      guard let nearest = times.map({ onset.time - $0 }).min(by: { abs($0) < abs($1) }) else { continue }
      if abs(nearest) <= Self.window { errors.append(nearest) }
    }
  }

  package mutating func add(_ other: OnsetScore) {
    (hits, estimated, truth) = (hits + other.hits, estimated + other.estimated, truth + other.truth)
    errors += other.errors
    ranked += other.ranked
  }

  package var precision: Double { estimated == 0 ? 0 : Double(hits) / Double(estimated) }
  package var recall: Double { truth == 0 ? 0 : Double(hits) / Double(truth) }
  package var f1: Double { estimated + truth == 0 ? 0 : 2 * Double(hits) / Double(estimated + truth) }

  /// The mean precision at the strength of each hit, the strongest onsets first; true onsets that were not met
  /// count as 0.
  package var averagePrecision: Double {
    guard truth > 0 else { return 0 }
    var (hits, sum) = (0, 0.0)
    for (place, onset) in ranked.sorted(by: { $0.strength > $1.strength }).enumerated() where onset.isHit {
      hits += 1
      sum += Double(hits) / Double(place + 1)
    }
    return sum / Double(truth)
  }

  /// The median distance of an estimated onset to the true one nearest to it, in seconds; `nil` iff there is none.
  package var medianError: Double? {
    guard !errors.isEmpty else { return nil }
    return errors.map { abs($0) }.sorted()[errors.count / 2]
  }

  /// The places in `estimated` that have a partner. Both ascend, so that the earliest partner is a best one.
  private static func matching(_ estimated: [Double], _ truth: [Double]) -> Set<Int> {
    var (place, other) = (0, 0)
    var matched: Set<Int> = []
    while place < estimated.count, other < truth.count {
      if abs(estimated[place] - truth[other]) <= window {
        matched.insert(place)
        (place, other) = (place + 1, other + 1)
      } else if estimated[place] < truth[other] {
        place += 1
      } else {
        other += 1
      }
    }
    return matched
  }
}
