package import ReaderPipe
package import Tensors

/// Takes sound from files of any kind that libav reads, by way of `foley-reader`, so that no byte of a file is
/// parsed in this process.
///
/// Every failure, a crash of the decoder included, is a `Diagnostic` at the file's path.
package struct SoundReader: Sendable {
  /// Where `foley-reader` is; `nil`: beside the running executable.
  package var executable: String?
  package var limits: ReaderLimits

  package init(executable: String? = nil, limits: ReaderLimits = ReaderLimits()) {
    (self.executable, self.limits) = (executable, limits)
  }

  /// The sound of the file at `path`, resampled to `rate` samples a second and mixed to `channels`: one channel
  /// goes to all of them, more than are wanted are mixed as libav does.
  ///
  /// Time 0 is the first picture of a video, the first sample of another file. The sound begins at `start`
  /// seconds, with silence where there is none yet, and ends with the file or after `duration` seconds. Gaps in it
  /// are silent.
  ///
  /// Throws iff the file cannot be read, has no sound, none at or behind `start`, or more than can be held.
  package func sound(path: String, rate: Int, channels: Int, start: Double = 0, duration: Double? = nil)
    throws(Diagnostic) -> Sound
  {
    var reading = try begin(path: path, rate: rate, channels: channels, start: start, duration: duration)
    return try reading.sound()
  }

  /// Begins what `sound` does: `foley-reader` decodes while the caller does something else.
  package func begin(path: String, rate: Int, channels: Int, start: Double = 0, duration: Double? = nil)
    throws(Diagnostic) -> SoundReading
  {
    guard start >= 0, start < 1e9 else { throw .badStart(start) }
    if let duration, !(duration > 0 && duration < 1e9) { throw .badDuration(duration) }
    let most = Self.largest / max(channels, 1)
    let count = duration.map { Int(saturating: ($0 * Double(rate)).rounded()) } ?? most + 1
    let file = try MediaFile(path, expecting: "sound")
    do throws(Diagnostic) {
      guard duration == nil || count <= most else { throw .soundTooLong(most, rate) }
      let process = try ReaderProcess(
        executable: executable,
        arguments: [
          "sound", "--sample-rate", "\(rate)", "--channels", "\(channels)", "--start", "\(start)", "--count",
          "\(max(count, 1))",
        ], files: [file.descriptor], limits: limits, work: .sound)
      return SoundReading(process, path: path, rate: rate, channels: channels, start: start, most: most)
    } catch { throw error.located(at: path) }
  }

  /// Samples of all channels together.
  private static let largest = 1 << 28
}

extension Diagnostic {
  fileprivate static func badStart(_ start: Double) -> Diagnostic {
    Diagnostic("the start is \(start) s; expected 0 or more", kind: .usage)
  }
  fileprivate static func badDuration(_ duration: Double) -> Diagnostic {
    Diagnostic("the duration is \(duration) s; expected more than 0", kind: .usage)
  }
}
