import Media
import Tensors

/// Which clips are worth learning from.
package struct ClipFilter: Hashable, Sendable {
  /// Seconds.
  package var leastSeconds = 1.0

  package init() {}

  /// Throws iff a sound of `seconds` seconds is not wanted, with the value that was found.
  func check(seconds: Double) throws(Diagnostic) {
    guard seconds >= leastSeconds else { throw .short(seconds, leastSeconds) }
  }
}

extension Diagnostic {
  fileprivate static func short(_ seconds: Double, _ least: Double) -> Diagnostic {
    Diagnostic("too short: \(SourceClip.short(seconds)) s, expected at least \(least) s")
  }
}
