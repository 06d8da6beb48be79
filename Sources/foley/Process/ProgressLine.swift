import Glibc

/// One line on the terminal that says what is being done, how far it is and how long it still takes.
///
/// Silent where no person watches. Redrawn a few times a second at most.
final class ProgressLine {
  private let isShown: Bool
  private var stage = ""
  private var begun = 0.0
  private var drawn = 0.0

  init(quiet: Bool) { isShown = !quiet && StandardError.isTerminal }

  /// `done` of `total` pieces of `stage` are finished.
  func show(_ stage: String, _ done: Int, _ total: Int) {
    guard isShown else { return }
    let now = Self.seconds
    if stage != self.stage { (self.stage, begun, drawn) = (stage, now, 0) }
    let share = done > 0 && done < total ? Double(total - done) / Double(done) : nil
    draw(
      total > 1 ? "\(stage) \(done)/\(total)" : stage, left: share.map { $0 * (now - begun) }, done == total)
  }

  /// `done` of `total` steps, clips or whatever `unit` is are made; `left` are the seconds that the others take.
  func show(_ unit: String, _ done: Int, of total: Int, _ text: String, left: Double) {
    if isShown { draw("\(unit) \(done)/\(total): \(text)", left: left, done == total) }
  }

  private func draw(_ text: String, left: Double?, _ isLast: Bool) {
    let now = Self.seconds
    guard now - drawn > 0.1 || isLast else { return }
    drawn = now
    StandardError.write("\r\u{1B}[2K\(text)" + (left.map { ", \(Self.clock($0)) left" } ?? ""))
  }

  /// Leaves the terminal as if nothing had been there.
  func clear() {
    if isShown { StandardError.write("\r\u{1B}[2K") }
  }

  /// The time, from some moment on.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// `1:05`, `1:02:05`.
  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e7).rounded(.up))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let padded = rest < 10 ? "0\(rest)" : "\(rest)"
    return hours > 0 ? "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(padded)" : "\(minutes):\(padded)"
  }
}
