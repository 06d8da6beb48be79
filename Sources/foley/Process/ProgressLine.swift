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
    guard now - drawn > 0.1 || done == total else { return }
    drawn = now
    var text = "\r\u{1B}[2K\(stage)"
    if total > 1 { text += " \(done)/\(total)" }
    if done > 0, done < total {
      text += ", \(Self.clock((now - begun) / Double(done) * Double(total - done))) left"
    }
    StandardError.write(text)
  }

  /// Leaves the terminal as if nothing had been there.
  func clear() {
    if isShown { StandardError.write("\r\u{1B}[2K") }
  }

  private static var seconds: Double {
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
