import Glibc

/// A range of numbers on a line: where each lies, and round ones to mark.
struct Axis {
  let range: ClosedRange<Double>
  let scale: Scale

  enum Scale { case linear, logarithmic }

  /// An axis of `scale` from the least to the greatest of `values`, which are finite, with a little room around.
  ///
  /// Numbers that are not positive are drawn on a linear axis.
  init(_ values: [Double], scale: Scale = .linear) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    guard scale == .logarithmic, low > 0 else {
      let room = high > low ? (high - low) * 0.05 : max(abs(high) * 0.05, 1e-9)
      // Numbers that do not go below zero have no room there.
      self.init(range: (low >= 0 ? max(0, low - room) : low - room)...high + room, scale: .linear)
      return
    }
    let room = high > low ? pow(high / low, 0.04) : 1.1
    self.init(range: low / room...high * room, scale: .logarithmic)
  }

  init(range: ClosedRange<Double>, scale: Scale) { (self.range, self.scale) = (range, scale) }

  /// The scale on which numbers from `low` to `high` are best read: equal ratios where they span several.
  static func scale(from low: Double, to high: Double) -> Scale {
    low > 0 && high / low > 6 ? .logarithmic : .linear
  }

  /// Where `value` lies: 0 at the lower end, 1 at the upper, which it does not go beyond.
  func place(of value: Double) -> Double {
    let share: Double
    switch scale {
    case .linear: share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      guard value > 0 else { return 0 }
      share = log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
    return min(1, max(0, share))
  }

  /// About `count` round numbers of the range, in ascending order.
  func ticks(_ count: Int) -> [Double] {
    guard scale == .logarithmic else { return steps(count) }
    for digits in [[1.0], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]] {
      let ticks = decades(digits)
      if ticks.count >= max(3, count - 1) { return ticks.thinned(to: count + 2) }
    }
    return steps(count)
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private func steps(_ count: Int) -> [Double] {
    let least = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    let power = floor(log10(least))
    let digit = [1.0, 2, 5, 10].first { $0 * pow(10, power) >= least * 0.999 } ?? 10
    let step = digit * pow(10, power)
    let (first, last) = ((range.lowerBound / step).rounded(.up), (range.upperBound / step).rounded(.down))
    guard step > 0, first <= last, last - first < 1000 else { return [range.lowerBound] }
    // 3 · 0.1 is not 0.3, but 3 / 10 is.
    return stride(from: first, through: last, by: 1).map { number in
      power < 0 ? number * digit / pow(10, -power) : number * step
    }
  }

  /// The given digits in every decade.
  private func decades(_ digits: [Double]) -> [Double] {
    let powers = floor(log10(range.lowerBound))...floor(log10(range.upperBound))
    return stride(from: powers.lowerBound, through: powers.upperBound, by: 1).flatMap { power in
      digits.map { power < 0 ? $0 / pow(10, -power) : $0 * pow(10, power) }
    }.filter(range.contains)
  }
}

extension [Double] {
  /// Every so-manieth, so that there are `most` at most.
  fileprivate func thinned(to most: Int) -> [Double] {
    let step = (count + most - 1) / Swift.max(most, 1)
    return enumerated().filter { $0.offset % Swift.max(step, 1) == 0 }.map(\.element)
  }
}

extension Double {
  /// As a mark at an axis says it: `0.25`, `20k`, `5e-5`.
  var tick: String {
    guard self != 0 else { return "0" }
    let size = magnitude
    if size >= 1e6 { return (self / 1e6).digits + "M" }
    if size >= 1e4 { return (self / 1e3).digits + "k" }
    if size >= 1e-3 { return digits }
    let power = floor(log10(size) + 1e-9)
    return (self / pow(10, power)).digits + "e\(Int(power))"
  }

  /// With as many digits as it needs, four behind the point at most.
  private var digits: String {
    let rounded = (self * 1e4).rounded() / 1e4
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
