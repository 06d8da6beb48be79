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
    guard start >= 0, start < 1e9 else { throw .badStart(start) }
    if let duration, !(duration > 0 && duration < 1e9) { throw .badDuration(duration) }
    let most = Self.largest / max(channels, 1)
    let count = duration.map { Int(saturating: ($0 * Double(rate)).rounded()) } ?? most + 1
    let file = try MediaFile(path, expecting: "sound")
    do throws(Diagnostic) {
      guard duration == nil || count <= most else { throw .tooLong(most, rate) }
      var reader = try ReaderProcess(
        executable: executable,
        arguments: [
          "sound", "--sample-rate", "\(rate)", "--channels", "\(channels)", "--start", "\(start)", "--count",
          "\(max(count, 1))",
        ], files: [file.descriptor], limits: limits, work: .sound)
      let samples = try reader.readSound(channels: channels)
      guard let length = samples.first?.count, length > 0 else { throw .startsAfterEnd(start) }
      guard length <= most else { throw .tooLong(most, rate) }
      return try Sound(channels: samples, sampleRate: rate)
    } catch { throw error.located(at: path) }
  }

  /// Samples of all channels together.
  private static let largest = 1 << 28
}

extension ReaderProcess {
  /// Takes the messages of `foley-reader sound`.
  fileprivate mutating func readSound(channels: Int) throws(Diagnostic) -> [[Float]] {
    var sound: [[Float]] = Array(repeating: [], count: channels)
    while let bytes = try read(ReaderMessage.byteCount) {
      guard let message = ReaderMessage(parsing: bytes), let payload = try read(message.payload) else {
        break
      }
      switch message.kind {
      case .sound:
        guard message.width == channels else { throw .garbled }
        payload.withUnsafeBytes { raw in
          for frame in 0..<message.height {
            for channel in 0..<channels {
              let place = (frame * channels + channel) * 4
              let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))
              sound[channel].append(Float(bitPattern: bits))
            }
          }
        }
      case .end:
        guard try read(1) == nil else { throw .garbled }
        let summary = try SoundSummary(try JSON(parsing: payload, source: "foley-reader"))
        guard summary.frameCount == sound.first?.count ?? 0 else { throw .garbled }
        return sound
      case .probe, .frame: throw .garbled
      }
    }
    throw .garbled
  }
}

extension Diagnostic {
  fileprivate static func badStart(_ start: Double) -> Diagnostic {
    Diagnostic("the start is \(start) s; expected 0 or more", kind: .usage)
  }
  fileprivate static func badDuration(_ duration: Double) -> Diagnostic {
    Diagnostic("the duration is \(duration) s; expected more than 0", kind: .usage)
  }
  fileprivate static func startsAfterEnd(_ start: Double) -> Diagnostic {
    Diagnostic("the sound ends before the start at \(start) s", help: "pass a smaller start", kind: .usage)
  }
  fileprivate static func tooLong(_ most: Int, _ rate: Int) -> Diagnostic {
    Diagnostic(
      "the sound has more than \(most / max(rate, 1)) s; at most that is read at once",
      help: "take a part of it")
  }
  fileprivate static var garbled: Diagnostic {
    Diagnostic("foley-reader sent something that is no message of sound", kind: .software)
  }
}
