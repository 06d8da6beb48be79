import CLibAV
import Glibc
import ReaderPipe
import Tensors

/// Parses untrusted files in a process of its own, confined before it reads the first byte.
///
///     foley-reader probe  <clip.mp4                      one line of JSON
///     foley-reader frames --rate 16 <clip.mp4            messages of `ReaderMessage`
///     foley-reader sound --sample-rate 44100 --channels 2 <clip.mp4    messages of `ReaderMessage`
///     foley-reader mux    <clip.mp4 3<>out.mp4 5<samples   the clip's pictures with new sound
///     foley-reader hdf5-list   <model.h5                 lines of `HDF5Line`
///     foley-reader hdf5-read   <model.h5 5<requests      the elements of datasets, by `HDF5Request`
///     foley-reader hdf5-create 3<>model.h5 5<lines       a file with room for what `HDF5Line`s say
///
/// Descriptor 0 is the file, a regular one. A failure is a `Diagnostic` on standard error and its kind as
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
    case probe, frames, sound, mux
    case hdf5List = "hdf5-list"
    case hdf5Read = "hdf5-read"
    case hdf5Create = "hdf5-create"

    func run(_ options: Options) throws(Diagnostic) {
      let limits = try options.sourceLimits()
      sandbox_enter(try options.sandboxLimits())
      switch self {
      case .probe: try Output.write(Array((Source(limits).probe.json.printed() + "\n").utf8))
      case .frames:
        let request = try options.sampling()
        var sampler = try FrameSampler(Source(limits), request)
        try sampler.run()
      case .sound: try SoundSource(limits, try options.listening()).run()
      case .mux:
        var fault = fault()
        guard mux_write(try options.muxing(), limits, &fault) else { throw Diagnostic(fault) }
      case .hdf5List: try HDF5File().list()
      case .hdf5Read: try HDF5File().answer()
      case .hdf5Create: try HDF5Creation.run()
      }
    }
  }
}

extension Diagnostic {
  fileprivate static var usage: Diagnostic {
    Diagnostic(
      "foley-reader takes probe, frames, sound, mux, hdf5-list, hdf5-read or hdf5-create",
      note: "foley starts it; it reads a video, a sound or an HDF5 file on standard input",
      kind: .usage)
  }
}
