package import Tensors

/// WAV files: the same sound makes the same bytes; a file takes its name only when it is complete.
package enum SoundFile {
  /// How samples are stored.
  package enum Encoding: String, CaseIterable, Sendable {
    case pcm16, pcm24, float

    /// Bytes a sample.
    package var width: Int {
      switch self {
      case .pcm16: 2
      case .pcm24: 3
      case .float: 4
      }
    }
  }

  /// Puts `sound` at `path` as WAV, brought into ±1 as `level` says.
  ///
  /// Throws iff it is empty, holds NaN or infinities, would pass the 4 GiB of a WAV file, or cannot be
  /// written; what was at `path` is then untouched.
  package static func write(
    _ sound: Sound, to path: String, as encoding: Encoding = .pcm16, level: Sound.Level = .dividePeak
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      try AtomicFile.write(try encode(sound, as: encoding, level: level), to: path)
    } catch { throw error.located(at: path) }
  }

  /// The bytes of the WAV file that `write` makes.
  package static func encode(
    _ sound: Sound, as encoding: Encoding = .pcm16, level: Sound.Level = .dividePeak
  ) throws(Diagnostic) -> [UInt8] {
    guard sound.count > 0 else { throw .empty }
    let (size, overflow) = sound.count.multipliedReportingOverflow(by: sound.channels.count * encoding.width)
    guard !overflow, size < Int(UInt32.max) - 1024 else { throw .tooLong(sound, size) }
    try sound.requireFinite()
    return try SoundMemory.encode(sound.leveled(level), as: encoding)
  }
}

extension Diagnostic {
  fileprivate static var empty: Diagnostic {
    Diagnostic("the sound has no samples; expected at least one")
  }
  fileprivate static func tooLong(_ sound: Sound, _ size: Int) -> Diagnostic {
    Diagnostic(
      "the sound takes \(size) bytes; a WAV file holds less than 4 GiB", help: "write it in several parts",
      kind: .usage)
  }
}
