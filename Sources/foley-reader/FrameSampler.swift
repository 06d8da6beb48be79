import CLibAV
import ReaderPipe
import Tensors

/// Resamples a video to an even rate by presentation time.
///
/// Time 0 is the first frame. Output frame `k` stands for the moment `start + k/rate` and is the source frame
/// nearest to it, of two equally near the earlier. Frame 0 comes always; a later one iff the video lasts at
/// least until the middle of its interval, `start + (k + ½)/rate`. Computed in whole numbers.
struct FrameSampler: ~Copyable {
  struct Request {
    /// Frames a second.
    var rate: Int128
    /// Microseconds.
    var start: Int128
    /// Frames at most.
    var count: Int128
  }

  private var source: Source
  private let request: Request
  /// Ticks of the first frame.
  private let origin: Int64
  /// Frames written.
  private var sent: Int128 = 0
  /// Whether frame `sent` is drawn and waits for the video to last long enough.
  private var isPending = false

  /// Decodes the first frame. Throws iff there is none.
  init(_ source: consuming Source, _ request: Request) throws(Diagnostic) {
    _ = try source.advance()
    (origin, self.request) = (source.time, request)
    self.source = source
  }

  /// Writes the probe, the frames and the summary.
  mutating func run() throws(Diagnostic) {
    try Output.write(.probe, source.probe.json)
    try goToStart()
    var (time, length) = (source.time, source.length)
    while sent < request.count {
      guard try source.advance() else {
        return try finish(at: time + (length > 0 ? length : typicalLength))
      }
      try take(before: (scaled(time) + scaled(source.time)) / 2, lasting: scaled(source.time))
      (time, length) = (source.time, source.length)
    }
    try summarise(end: nil)
  }

  /// Draws the previous frame for every moment up to `middle`, and writes those whose interval is half over
  /// at `now`.
  private mutating func take(before middle: Int128, lasting now: Int128) throws(Diagnostic) {
    while sent < request.count {
      if !isPending {
        guard moment(sent) <= middle else { return }
        try source.drawPrevious()
        isPending = true
      }
      guard moment(sent) + halfInterval <= now else { return }
      try writeDrawn()
    }
  }

  private mutating func writeDrawn() throws(Diagnostic) {
    try source.writeDrawn()
    sent += 1
    isPending = false
  }

  /// Writes what the last frame still stands for; `ticks` is where it ends.
  private mutating func finish(at ticks: Int64) throws(Diagnostic) {
    let end = scaled(ticks)
    guard sent > 0 || isPending || moment(0) < end else {
      throw .startsAfterEnd(seconds(startTicks), seconds(ticks))
    }
    while sent < request.count, sent == 0 || moment(sent) + halfInterval <= end {
      if !isPending { try source.drawPrevious() }
      try writeDrawn()
    }
    let stated = source.facts.duration
    let isCut = source.facts.duration_is_of_video && stated - seconds(ticks) > 0.5
    guard sent == request.count || !isCut else { throw .cutOff(seconds(ticks), stated) }
    try summarise(end: seconds(ticks))
  }

  private func summarise(end: Double?) throws(Diagnostic) {
    let summary = VideoSummary(frameCount: Int(sent), end: end, damaged: source.damaged)
    try Output.write(.end, summary.json)
  }

  /// Makes the current frame one at or before the start, so that the nearest to it is still to come.
  private func goToStart() throws(Diagnostic) {
    guard request.start > 0 else { return }
    let ten = Int64(10 / tick)
    for target in [startTicks, startTicks - ten, startTicks - 6 * ten, .min] {
      source.seek(to: target > origin ? target : .min)
      guard try source.advance() else { continue }
      if source.time <= startTicks || source.time <= origin { return }
    }
    throw .cannotSeek(seconds(startTicks))
  }
}

/// Moments as whole numbers: seconds after the first frame times `2 · rate · 1e6 · time_base.den`.
extension FrameSampler {
  private var tick: Double { Double(source.facts.time_base.num) / Double(source.facts.time_base.den) }
  private func seconds(_ ticks: Int64) -> Double { Double(ticks - origin) * tick }

  private func scaled(_ ticks: Int64) -> Int128 {
    (Int128(ticks) - Int128(origin)) * Int128(source.facts.time_base.num) * 2_000_000 * request.rate
  }
  private func moment(_ index: Int128) -> Int128 {
    2 * Int128(source.facts.time_base.den) * (request.start * request.rate + index * 1_000_000)
  }
  private var halfInterval: Int128 { Int128(source.facts.time_base.den) * 1_000_000 }

  private var startTicks: Int64 {
    let base = source.facts.time_base
    let ticks = request.start * Int128(base.den) / (Int128(base.num) * 1_000_000)
    return origin + Int64(clamping: min(ticks, Int128(Int64.max / 8)))
  }

  /// How long a frame lasts by the average rate, in ticks; 1/25 s where that is unknown.
  private var typicalLength: Int64 {
    let rate = source.facts.average_rate
    let perSecond = rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : 25
    return Int64(saturating: (1 / perSecond / tick).rounded())
  }
}

extension Double {
  /// Rounded down to hundredths.
  fileprivate var hundredths: Double { (self * 100).rounded(.down) / 100 }
}

extension Diagnostic {
  fileprivate static func startsAfterEnd(_ start: Double, _ end: Double) -> Diagnostic {
    Diagnostic(
      "the start at \(start) s is not before the end of the video at \(end.hundredths) s",
      help: "pass a smaller --start", kind: .usage)
  }
  fileprivate static func cutOff(_ end: Double, _ stated: Double) -> Diagnostic {
    Diagnostic(
      "the pictures end after \(end.hundredths) s, but the container states \(stated.hundredths) s",
      note: "the file is cut off or damaged",
      help: "get the whole file, or use what is there with --duration \(end.hundredths)")
  }
  fileprivate static func cannotSeek(_ start: Double) -> Diagnostic {
    Diagnostic("no frame at or before \(start) s can be decoded", help: "pass another --start")
  }
}
