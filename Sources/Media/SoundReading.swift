import ReaderPipe
package import Tensors

/// A sound that `foley-reader` decodes: as far as the pipe has room until it is taken.
package struct SoundReading: ~Copyable {
  private let path: String
  private let rate: Int
  private let channels: Int
  private let start: Double
  /// Samples of a channel that can be held.
  private let most: Int
  private var process: ReaderProcess

  init(_ process: consuming ReaderProcess, path: String, rate: Int, channels: Int, start: Double, most: Int) {
    (self.path, self.rate, self.channels) = (path, rate, channels)
    (self.start, self.most) = (start, most)
    self.process = process
  }

  /// Takes what there is, once; see `SoundReader.sound`.
  package mutating func sound() throws(Diagnostic) -> Sound {
    do throws(Diagnostic) {
      let samples = try process.readSound(channels: channels)
      guard let length = samples.first?.count, length > 0 else { throw .startsAfterEnd(start) }
      guard length <= most else { throw .soundTooLong(most, rate) }
      return try Sound(channels: samples, sampleRate: rate)
    } catch { throw error.located(at: path) }
  }
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
  fileprivate static func startsAfterEnd(_ start: Double) -> Diagnostic {
    Diagnostic("the sound ends before the start at \(start) s", help: "pass a smaller start", kind: .usage)
  }
  static func soundTooLong(_ most: Int, _ rate: Int) -> Diagnostic {
    Diagnostic(
      "the sound has more than \(most / max(rate, 1)) s; at most that is read at once",
      help: "take a part of it")
  }
  fileprivate static var garbled: Diagnostic {
    Diagnostic("foley-reader sent something that is no message of sound", kind: .software)
  }
}
