import CLibAV
import ReaderPipe
import Tensors

/// The sound on descriptor 0, written as it is decoded.
struct SoundSource: ~Copyable {
  private let handle: OpaquePointer
  private let channels: Int

  init(_ limits: source_limits, _ request: sound_request) throws(Diagnostic) {
    var fault = fault()
    guard let handle = sound_open(0, limits, request, &fault) else { throw Diagnostic(soundFault: fault) }
    (self.handle, channels) = (handle, Int(request.channels))
  }

  deinit { sound_close(handle) }

  /// Writes the samples and the summary. Throws iff nothing decodes.
  func run() throws(Diagnostic) {
    var fault = fault()
    var (samples, count) = (UnsafePointer<Float>?.none, Int32(0))
    var frames = 0
    while true {
      let outcome = sound_advance(handle, &samples, &count, &fault)
      guard outcome >= 0 else { throw Diagnostic(soundFault: fault) }
      guard outcome == 1 else { break }
      let bytes = UnsafeRawBufferPointer(start: samples, count: Int(count) * channels * 4)
      try Output.write(.sound, channels, Int(count), bytes)
      frames += Int(count)
    }
    let summary = SoundSummary(frameCount: frames, damaged: Int(sound_damaged(handle)))
    try Output.write(.end, summary.json)
  }
}
