import ReaderPipe
package import Tensors

extension VideoReader {
  /// Puts an .mp4 at `output`: the pictures of the video at `path`, not coded again, with `sound` as AAC.
  ///
  /// Both last `duration` seconds from `start` (`nil`: to the end of the video); sound that is longer is cut.
  /// A `start` between key frames keeps the pictures before it in the file, outside what is shown.
  ///
  /// Throws iff the video cannot be read, .mp4 cannot hold its codec, the sound is empty or not finite, or
  /// `output` cannot be written; what was there is then untouched.
  package func mux(
    path: String, sound: Sound, to output: String, start: Double = 0, duration: Double? = nil,
    bitRate: Int = 192_000
  ) throws(Diagnostic) {
    guard sound.count > 0 else { throw .noSound }
    try sound.requireFinite()
    let video = try MediaFile(path)
    let samples = sound.interleaved.withUnsafeBytes { Array($0) }
    var file = try AtomicFile(replacing: output)
    try file.withDescriptor { (descriptor) throws(Diagnostic) in
      var reader = try ReaderProcess(
        executable: executable,
        arguments: [
          "mux", "--start", "\(start)", "--duration", "\(duration ?? -1)", "--channels",
          "\(sound.channels.count)", "--sample-rate", "\(sound.sampleRate)", "--bit-rate", "\(bitRate)",
        ], files: [video.descriptor, descriptor], feed: samples, limits: limits)
      do throws(Diagnostic) {
        guard try reader.read(1) == nil else { throw .chatter }
      } catch { throw error.located(at: error.kind == .cannotCreate ? output : path) }
    }
    try file.commit()
  }
}

extension Diagnostic {
  fileprivate static var noSound: Diagnostic {
    Diagnostic("the sound has no samples; expected at least one")
  }
  fileprivate static var chatter: Diagnostic {
    Diagnostic("foley-reader wrote where it should be silent", kind: .software)
  }
}
