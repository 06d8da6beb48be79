package import ReaderPipe
package import Tensors

/// Takes frames from video files by way of `foley-reader`, so that no byte of a file is parsed in this
/// process.
///
/// Every failure, a crash of the decoder included, is a `Diagnostic` at the file's path.
package struct VideoReader: Sendable {
  /// Where `foley-reader` is; `nil`: beside the running executable.
  package var executable: String?
  package var limits: ReaderLimits

  package init(executable: String? = nil, limits: ReaderLimits = ReaderLimits()) {
    (self.executable, self.limits) = (executable, limits)
  }

  /// What the file at `path` states about its video.
  package func probe(path: String) throws(Diagnostic) -> VideoProbe {
    let file = try MediaFile(path)
    do throws(Diagnostic) {
      var reader = try ReaderProcess(
        executable: executable, arguments: ["probe"], files: [file.descriptor], limits: limits)
      let text = try reader.readToEnd(limit: 1 << 16)
      return try VideoProbe(try JSON(parsing: text, source: "foley-reader"))
    } catch { throw error.located(at: path) }
  }

  /// Hands `onFrame` the frames of `path`, upright, resampled to `rate` frames a second, one at a time.
  ///
  /// Time 0 is the first frame. Frame `k` is the source frame nearest to `start + k/rate` by its time
  /// stamp, of two equally near the earlier; the last is the last whose interval is at least half inside
  /// the video.
  ///
  /// - Parameters:
  ///   - start: seconds to leave out.
  ///   - duration: seconds to take, rounded to whole frames; `nil`: to the end.
  ///   - limit: seconds that may be taken at most; a longer video or `duration` is an error before decoding.
  ///   - onProbe: what the file states, before the first frame.
  @discardableResult
  package func frames(
    path: String, rate: Int = 16, start: Double = 0, duration: Double? = nil, limit: Double = .infinity,
    onProbe: (VideoProbe) throws(Diagnostic) -> Void = { _ throws(Diagnostic) in },
    onFrame: (VideoFrame) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> VideoSummary {
    var reading = try begin(path: path, rate: rate, start: start, duration: duration, limit: limit)
    return try reading.frames(onProbe: onProbe, onFrame: onFrame)
  }

  /// Begins what `frames` does: `foley-reader` decodes while the caller does something else.
  package func begin(
    path: String, rate: Int = 16, start: Double = 0, duration: Double? = nil, limit: Double = .infinity
  ) throws(Diagnostic) -> VideoReading {
    guard rate > 0, start >= 0, start.isFinite else { throw .badStart(start) }
    if let duration, !(duration > 0 && duration.isFinite) { throw .badDuration(duration) }
    if let duration, duration > limit { throw .videoTooLong(duration, limit, asked: true).located(at: path) }
    let most = (min(duration ?? .infinity, limit) * Double(rate)).rounded()
    // One more than the limit shows that the video goes on.
    let count = Int(saturating: min(duration == nil ? most + 1 : max(most, 1), 1e9))
    let file = try MediaFile(path)
    do throws(Diagnostic) {
      let process = try ReaderProcess(
        executable: executable,
        arguments: ["frames", "--rate", "\(rate)", "--start", "\(start)", "--count", "\(count)"],
        files: [file.descriptor], limits: limits)
      return VideoReading(process, path: path, rate: rate, start: start, duration: duration, limit: limit)
    } catch { throw error.located(at: path) }
  }
}

extension Diagnostic {
  fileprivate static func badStart(_ start: Double) -> Diagnostic {
    Diagnostic("the start is \(start) s; expected 0 or more", kind: .usage)
  }
  fileprivate static func badDuration(_ duration: Double) -> Diagnostic {
    Diagnostic("the duration is \(duration) s; expected more than 0", kind: .usage)
  }
}
