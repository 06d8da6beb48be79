import Glibc
import Tensors

/// What a `foley-reader` is started for: how its ends are put into words.
package struct ReaderWork: Hashable, Sendable {
  /// Who works: `the decoder`.
  var worker: String
  /// What to do about a file that it cannot cope with.
  var remedy: String
  /// What to do about a file that takes too long.
  var shorter: String

  package static let video = ReaderWork(
    worker: "the decoder", remedy: "convert the clip to H.264 in .mp4 with a tool you trust",
    shorter: "cut the clip with --start and --duration, or convert it to a smaller picture")
  package static let sound = ReaderWork(
    worker: "the decoder", remedy: "convert the sound to .wav with a tool you trust",
    shorter: "take a shorter part of it, or convert it to .wav")
  package static let hdf5 = ReaderWork(
    worker: "the HDF5 library", remedy: "save the model as safetensors where it was made",
    shorter: "save the model as safetensors where it was made")
}

extension ReaderWork {
  func silent(_ seconds: Double) -> Diagnostic {
    Diagnostic(
      "\(worker) made no progress for \(seconds) s",
      note: "it was stopped; a damaged or hostile file can keep it busy for ever", help: remedy)
  }

  func died(_ signal: Int32, _ limits: ReaderLimits) -> Diagnostic {
    switch signal {
    case SIGINT, SIGTERM: Diagnostic("interrupted", kind: .interrupted)
    case SIGXCPU:
      Diagnostic(
        "\(worker) used up its \(limits.cpuSeconds) s of processor time",
        note: "a damaged or hostile file can keep it busy for ever", help: shorter)
    case SIGKILL:
      Diagnostic(
        "\(worker) was killed (signal 9)", note: "the system may have been out of memory",
        help: "free memory, or " + remedy, kind: .software)
    default:
      Diagnostic(
        "\(worker) crashed (\(String(describingSignal: signal)), signal \(signal))",
        note: "the file is damaged or hostile, or needs more than the "
          + "\(limits.memoryBytes >> 20) MiB of memory that are allowed; nothing else was affected",
        help: remedy)
    }
  }
}

extension String {
  fileprivate init(describingSignal signal: Int32) {
    self = strsignal(signal).map { String(cString: $0) } ?? "unknown"
  }
}
