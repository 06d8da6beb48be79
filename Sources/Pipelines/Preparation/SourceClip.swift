/// A video whose sound and picture are to be learnt from, as somebody lists it.
package struct SourceClip: Hashable, Sendable {
  /// Unlike any other of the dataset.
  package var id: String
  package var video: String
  /// What is heard; `nil` or empty iff nobody says.
  package var prompt: String?
  /// A file with the sound; `nil` for the video's own.
  package var audio: String?
  /// Where in the video, and in the sound, to begin, in seconds.
  package var start = 0.0
  /// Seconds to take; `nil` for all the rest.
  package var duration: Double?

  package init(id: String, video: String) { (self.id, self.video) = (id, video) }

  /// The windows of at most `most` seconds that the clip is cut into, of a video of `length` seconds, `nil` iff
  /// its length is unknown: then there is one. What is left at the end of a longer clip is a window iff it has
  /// at least `least` seconds.
  func windows(of length: Double?, most: Double, least: Double) -> [Window] {
    let whole = min(duration ?? .infinity, length.map { $0 - start } ?? most)
    // Less than a frame more is no reason to cut.
    guard whole > most + 0.05 else {
      return [firstWindow(most: most)]
    }
    var windows: [Window] = []
    for index in 0..<Int((whole / most).rounded(.up)) {
      let first = Double(index) * most
      let seconds = min(most, whole - first)
      guard index == 0 || seconds >= least else { continue }
      windows.append(Window(id: "\(id)@\(Self.short(start + first))", start: start + first, seconds: seconds))
    }
    return windows
  }

  /// The whole clip, or as much of it as its first window may have.
  func firstWindow(most: Double) -> Window {
    Window(id: id, start: start, seconds: min(duration ?? most, most))
  }

  /// A part of a clip that becomes an example.
  struct Window: Hashable {
    var id: String
    var start: Double
    /// Less iff the clip ends before.
    var seconds: Double
  }

  /// Milliseconds at most, without a fraction where there is none.
  static func short(_ seconds: Double) -> String {
    let rounded = (seconds * 1000).rounded() / 1000
    return rounded == rounded.rounded() && rounded.magnitude < 1e9 ? "\(Int(rounded))" : "\(rounded)"
  }
}
