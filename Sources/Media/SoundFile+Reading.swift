import CSndFile
import Glibc
package import Tensors

extension SoundFile {
  /// The sound in the WAV file at `path`, integers scaled to ±1.
  ///
  /// Throws iff it is no readable WAV file of PCM or float samples, or is cut off. libsndfile sees it only
  /// once its first bytes say that it is WAV.
  package static func read(_ path: String) throws(Diagnostic) -> Sound {
    let size = try InputFile(path: path).count
    guard try isWAV(path) else { throw .notWAV(path) }
    var info = SF_INFO()
    guard let file = sf_open(path, Int32(SFM_READ), &info) else { throw .unreadable(path, nil) }
    defer { sf_close(file) }
    let plain = [
      SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,
      SF_FORMAT_DOUBLE,
    ]
    let subtype = info.format & Int32(SF_FORMAT_SUBMASK)
    guard plain.contains(where: { Int32($0) == subtype }) else { throw .compressed(path) }
    let (frames, channels) = (Int(info.frames), Int(info.channels))
    guard frames > 0, channels > 0, frames <= size / channels else { throw .noSamples(path) }
    var samples = [Float](repeating: 0, count: frames * channels)
    guard sf_readf_float(file, &samples, info.frames) == info.frames else {
      throw .unreadable(path, String(cString: sf_strerror(file)))
    }
    let planes = (0..<channels).map { channel in (0..<frames).map { samples[$0 * channels + channel] } }
    return try Sound(channels: planes, sampleRate: Int(info.samplerate))
  }

  /// Whether the first bytes of the file at `path` say that it is WAV. Throws iff it cannot be read.
  package static func isWAV(_ path: String) throws(Diagnostic) -> Bool {
    let file = try InputFile(path: path)
    guard file.count >= 12 else { return false }
    let head = try file.read(0..<12)
    let marks = [Array("RIFF".utf8), Array("RF64".utf8)]
    return marks.contains(Array(head[..<4])) && Array(head[8...]) == Array("WAVE".utf8)
  }
}

extension Diagnostic {
  fileprivate static func notWAV(_ path: String) -> Diagnostic {
    Diagnostic("\(path) is no WAV file", at: path, help: "convert it to WAV with PCM or float samples")
  }
  fileprivate static func compressed(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) holds compressed samples; expected PCM or float", at: path,
      help: "convert it to WAV with PCM or float samples")
  }
  fileprivate static func noSamples(_ path: String) -> Diagnostic {
    Diagnostic("\(path) holds no samples; expected at least one", at: path)
  }
  fileprivate static func unreadable(_ path: String, _ words: String?) -> Diagnostic {
    Diagnostic("cannot read \(path): \(words ?? String(cString: sf_strerror(nil)))", at: path)
  }
}
