import ArgumentParser
import Media
import Pipelines
import Tensors

/// What a sound shall be.
struct Wish: ParsableArguments {
  @Option(help: ArgumentHelp("The clip the sound follows.", valueName: "file"))
  var video: String?

  @Option(help: "What is to be heard.")
  var prompt: String?

  @Option(help: "What is not to be heard.")
  var negativePrompt: String?

  @Option(help: "Where in the clip to begin, in seconds.")
  var start = 0.0

  @Option(help: "How much of the clip to take, in seconds; all of it by default.")
  var duration: Double?

  @Option(
    help: "The sound's length without a clip, in seconds; by default 10, or what the backbone makes at most.")
  var seconds: Double?

  @Option(help: "How strongly the sound follows the clip; 0 is the backbone alone, 1 as trained.")
  var videoScale: Double?

  func validate() throws {
    guard start >= 0, start.isFinite else {
      throw ValidationError("'--start' is \(start), but must be 0 or more.")
    }
    for (name, value) in [("duration", duration), ("seconds", seconds)] {
      guard let value else { continue }
      guard value > 0, value < 86400 else {
        throw ValidationError("'--\(name)' is \(value), but must be above 0 and below a day.")
      }
    }
    guard video != nil || (start == 0 && duration == nil && videoScale == nil) else {
      throw ValidationError("'--start', '--duration' and '--video-scale' are about a --video.")
    }
  }

  var request: GenerationRequest {
    var request = GenerationRequest()
    (request.video, request.prompt, request.negativePrompt) = (video, prompt ?? "", negativePrompt)
    (request.start, request.duration, request.seconds) = (start, duration, seconds)
    request.videoScale = videoScale
    return request
  }
}

/// How a sound is written.
struct SoundOptions: ParsableArguments {
  @Option(help: "Samples of a .wav: pcm16, pcm24 or float.")
  var encoding = SoundFile.Encoding.pcm16

  @Option(help: "Samples beyond full scale: divide by the peak, clip, or keep (float only).")
  var level = Sound.Level.dividePeak

  @Option(help: ArgumentHelp("Draw the sound's spectrogram, too.", valueName: "file.png"))
  var spectrogram: String?

  @Option(
    help: ArgumentHelp(
      "When something strikes in the clip, in seconds, or a file of a time a line: drawn into the spectrogram, and counted which are heard.",
      valueName: "time,…|file"))
  var onsets: String?

  /// Throws iff `output` or the spectrogram cannot be written, before anything is computed for them.
  func check(_ output: String) throws(Diagnostic) {
    for path in [output, spectrogram].compactMap({ $0 }) { _ = try AtomicFile(replacing: path) }
  }
}

extension SoundFile.Encoding: ExpressibleByArgument {}
extension Sound.Level: ExpressibleByArgument {}
