import CLibAV
import Glibc
import ReaderPipe
import Tensors

/// Parses untrusted video in a process of its own, confined before it reads the first byte.
///
///     foley-reader probe  <clip.mp4                      one line of JSON
///     foley-reader frames --rate 16 <clip.mp4            messages of `ReaderMessage`
///     foley-reader mux    <clip.mp4 3<>out.mp4 5<samples   the clip's pictures with new sound
///
/// Descriptor 0 is the video, a regular file. A failure is a `Diagnostic` on standard error and its kind as
/// exit status.
@main struct FoleyReader {
  static func main() {
    do throws(Diagnostic) {
      var arguments = ArraySlice(CommandLine.arguments.dropFirst())
      guard let name = arguments.popFirst(), let command = Command(rawValue: name) else { throw .usage }
      try command.run(try Options(arguments))
    } catch {
      let words = error.description + "\n"
      words.withCString { _ = write(2, $0, strlen($0)) }
      exit(error.kind.rawValue)
    }
  }

  enum Command: String {
    case probe, frames, mux

    func run(_ options: Options) throws(Diagnostic) {
      let limits = try options.sourceLimits()
      sandbox_enter(try options.sandboxLimits())
      switch self {
      case .probe: try Output.write(Array((Source(limits).probe.json.printed() + "\n").utf8))
      case .frames:
        let request = try options.sampling()
        var sampler = try FrameSampler(Source(limits), request)
        try sampler.run()
      case .mux:
        var fault = fault()
        guard mux_write(try options.muxing(), limits, &fault) else { throw Diagnostic(fault) }
      }
    }
  }
}

extension Diagnostic {
  fileprivate static var usage: Diagnostic {
    Diagnostic(
      "foley-reader takes probe, frames or mux", note: "foley starts it; it reads a video on standard input",
      kind: .usage)
  }
}
