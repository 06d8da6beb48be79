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

  @Option(help: "The sound's length without a clip, in seconds; 10 by default.")
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

/// How the backbone is sampled; the pipeline's own settings serve where nothing is said.
struct SamplingOptions: ParsableArguments {
  @Option(help: "Calls of the backbone.")
  var steps: Int?

  @Option(help: "Classifier-free guidance; 1 is none.")
  var cfg: Double?

  @Option(help: "How much of the guided prediction's spread is brought back, 0 to 1.")
  var cfgRescale = 0.0

  @Option(help: "Equal seeds give equal sounds.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("One of \(Sampler.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var sampler: String?

  @Option(help: "The noise level to begin at: σ for the k-samplers, t in 0 to 1 for the others.")
  var sigmaMax: Double?

  @Option(help: "The last noise level above 0.")
  var sigmaMin: Double?

  func validate() throws {
    if let steps, steps < 1 || steps > 100_000 {
      throw ValidationError("'--steps' is \(steps), but must be 1 to 100000.")
    }
    if let cfg, !cfg.isFinite { throw ValidationError("'--cfg' is \(cfg), but must be a number.") }
    guard (0...1).contains(cfgRescale) else {
      throw ValidationError("'--cfg-rescale' is \(cfgRescale), but must be 0 to 1.")
    }
  }

  func apply(to request: GenerationRequest) -> GenerationRequest {
    var request = request
    (request.steps, request.guidance, request.guidanceRescale) = (steps, cfg, cfgRescale)
    (request.seed, request.sampler) = (seed, sampler)
    (request.highest, request.lowest) = (sigmaMax, sigmaMin)
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

  /// Throws iff `output` or the spectrogram cannot be written, before anything is computed for them.
  func check(_ output: String) throws(Diagnostic) {
    for path in [output, spectrogram].compactMap({ $0 }) { _ = try AtomicFile(replacing: path) }
  }
}

extension SoundFile.Encoding: ExpressibleByArgument {}
extension Sound.Level: ExpressibleByArgument {}
