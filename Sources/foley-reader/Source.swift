import CLibAV
import ReaderPipe
import Tensors

/// The video on descriptor 0, decoded one frame at a time.
struct Source: ~Copyable {
  private let handle: OpaquePointer
  let facts: source_facts
  /// Valid until the next picture is drawn.
  private var drawn: (width: Int, height: Int, pixels: UnsafePointer<UInt8>)?

  init(_ limits: source_limits) throws(Diagnostic) {
    var fault = fault()
    guard let handle = source_open(0, limits, &fault) else { throw Diagnostic(fault) }
    (self.handle, facts) = (handle, source_describe(handle))
  }

  deinit { source_close(handle) }

  /// Presentation time of the current frame in ticks of `facts.time_base`.
  var time: Int64 { source_time(handle) }
  /// Ticks that the current frame is shown; 0: unknown.
  var length: Int64 { source_length(handle) }
  var damaged: Int { Int(source_damaged(handle)) }

  /// Decodes the next frame, which becomes the current one; false iff the stream has ended.
  func advance() throws(Diagnostic) -> Bool {
    var fault = fault()
    let outcome = source_advance(handle, &fault)
    guard outcome >= 0 else { throw Diagnostic(fault) }
    return outcome == 1
  }

  /// Goes to a key frame at or before `ticks`, or to the beginning.
  func seek(to ticks: Int64) { source_seek(handle, ticks) }

  /// Draws the frame before the current one, upright.
  mutating func drawPrevious() throws(Diagnostic) {
    var fault = fault()
    var (width, height) = (Int32(0), Int32(0))
    guard let pixels = source_render(handle, true, &width, &height, &fault) else { throw Diagnostic(fault) }
    drawn = (Int(width), Int(height), pixels)
  }

  /// Writes the picture drawn last as a message.
  func writeDrawn() throws(Diagnostic) {
    guard let (width, height, pixels) = drawn else { return }
    let bytes = UnsafeRawBufferPointer(start: pixels, count: width * height * 3)
    try Output.write(.frame, width, height, bytes)
  }

  var probe: VideoProbe {
    let rate = facts.average_rate
    return VideoProbe(
      width: Int(facts.width), height: Int(facts.height), rotation: Int(facts.rotation),
      isMirrored: facts.mirrored, duration: facts.duration >= 0 ? facts.duration : nil,
      frameCount: facts.frame_count > 0 ? Int(facts.frame_count) : nil,
      framesPerSecond: rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : nil,
      hasAudio: facts.has_audio, codec: String(cString: facts.codec),
      container: String(cString: facts.container))
  }
}
