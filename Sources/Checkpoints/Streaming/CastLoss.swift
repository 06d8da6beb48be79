/// What a change of element type did to the values of a tensor.
package struct CastLoss: Hashable, Sendable {
  /// Elements in all.
  package var count = 0
  /// Elements that have another value now; a NaN stays one.
  package var changed = 0
  /// Finite elements that became infinite, and the largest magnitude among them.
  package var overflowed = 0
  package var largestOverflow = 0.0
  /// Elements that became zero, and the largest magnitude among them.
  package var vanished = 0
  package var largestVanished = 0.0
  /// Elements that became subnormal and have fewer exact digits for it.
  package var subnormal = 0

  package init() {}

  /// Whether no value changed.
  package var isExact: Bool { changed == 0 }

  /// Whether nothing happened but rounding to the digits of the new type.
  package var isRounding: Bool { overflowed == 0 && vanished == 0 && subnormal == 0 }

  /// Adds what happened to more elements.
  package mutating func add(_ other: CastLoss) {
    count += other.count
    changed += other.changed
    overflowed += other.overflowed
    largestOverflow = max(largestOverflow, other.largestOverflow)
    vanished += other.vanished
    largestVanished = max(largestVanished, other.largestVanished)
    subnormal += other.subnormal
  }

  /// Whether this is worse than `other`: more that is infinite, then more that is zero, then more that is
  /// subnormal, each as a part of the whole.
  package func isWorse(than other: CastLoss) -> Bool {
    for part in [\CastLoss.overflowed, \.vanished, \.subnormal, \.changed] {
      let (a, b) = (Double(self[keyPath: part]), Double(other[keyPath: part]))
      let (share, rival) = (a / Double(max(count, 1)), b / Double(max(other.count, 1)))
      if share != rival { return share > rival }
    }
    return false
  }
}
