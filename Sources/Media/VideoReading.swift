package import ReaderPipe
package import Tensors

/// A video that `foley-reader` decodes: as far as the pipe has room until its frames are taken.
package struct VideoReading: ~Copyable {
  package let path: String
  package let start: Double
  package let duration: Double?
  private let rate: Int
  private let limit: Double
  private var process: ReaderProcess

  init(
    _ process: consuming ReaderProcess, path: String, rate: Int, start: Double, duration: Double?,
    limit: Double
  ) {
    (self.path, self.start, self.duration) = (path, start, duration)
    (self.rate, self.limit) = (rate, limit)
    self.process = process
  }

  /// Takes what there is, once; see `VideoReader.frames`.
  package mutating func frames(
    onProbe: (VideoProbe) throws(Diagnostic) -> Void,
    onFrame: (VideoFrame) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> VideoSummary {
    let most = (min(duration ?? .infinity, limit) * Double(rate)).rounded()
    do throws(Diagnostic) {
      return try process.readVideo { (probe) throws(Diagnostic) in
        if duration == nil, let stated = probe.duration, (stated - start) * Double(rate) >= most + 1 {
          throw .videoTooLong(stated - start, limit, asked: false)
        }
        try onProbe(probe)
      } onFrame: { (frame, index) throws(Diagnostic) in
        guard duration != nil || Double(index) < most else { throw .videoTooLong(nil, limit, asked: false) }
        try onFrame(frame)
      }
    } catch { throw error.located(at: path) }
  }
}

extension ReaderProcess {
  /// Takes the messages of `foley-reader frames`.
  fileprivate mutating func readVideo(
    onProbe: (VideoProbe) throws(Diagnostic) -> Void,
    onFrame: (VideoFrame, Int) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> VideoSummary {
    var index = 0
    while let bytes = try read(ReaderMessage.byteCount) {
      guard let message = ReaderMessage(parsing: bytes), let payload = try read(message.payload) else {
        break
      }
      switch message.kind {
      case .probe: try onProbe(try VideoProbe(try JSON(parsing: payload, source: "foley-reader")))
      case .end:
        guard try read(1) == nil else { throw .garbled }
        return try VideoSummary(try JSON(parsing: payload, source: "foley-reader"))
      case .frame:
        guard let frame = VideoFrame(width: message.width, height: message.height, rgb: payload) else {
          throw .garbled
        }
        try onFrame(frame, index)
        index += 1
      case .sound: throw .garbled
      }
    }
    throw .garbled
  }
}

extension Diagnostic {
  static func videoTooLong(_ seconds: Double?, _ limit: Double, asked: Bool) -> Diagnostic {
    let length = seconds.map { "\(($0 * 100).rounded() / 100) s" } ?? "more than \(limit) s"
    return Diagnostic(
      asked
        ? "the duration asked for is \(length); the limit is \(limit) s"
        : "the video has \(length) from its start; the limit is \(limit) s",
      help: "take a part of it with --start SECONDS --duration SECONDS", kind: .usage)
  }
  fileprivate static var garbled: Diagnostic {
    Diagnostic("foley-reader sent something that is no video message", kind: .software)
  }
}
