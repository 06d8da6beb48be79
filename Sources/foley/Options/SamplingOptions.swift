import ArgumentParser
import Pipelines
import Tensors

/// The choices that a pipeline keeps; its own serve where nothing is said.
struct SamplerOptions: ParsableArguments {
  @Option(help: "Calls of the backbone.")
  var steps: Int?

  @Option(help: "Classifier-free guidance; 1 is none.")
  var cfg: Double?

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
    for (name, value) in [("cfg", cfg), ("sigma-max", sigmaMax), ("sigma-min", sigmaMin)] {
      if let value, !value.isFinite {
        throw ValidationError("'--\(name)' is \(value), but must be a number.")
      }
    }
  }

  /// Puts what is chosen here over `usual`. Throws iff that makes no sense for the backbone.
  func apply(to usual: inout PipelineManifest.Sampling) throws(Diagnostic) {
    usual = try usual.choosing(
      sampler: sampler, steps: steps, guidance: cfg, highest: sigmaMax, lowest: sigmaMin)
  }
}

/// How the backbone is sampled, once.
struct SamplingOptions: ParsableArguments {
  @OptionGroup var sampler: SamplerOptions

  @Option(help: "How much of the guided prediction's spread is brought back, 0 to 1.")
  var cfgRescale = 0.0

  @Option(help: "Equal seeds give equal sounds.")
  var seed: UInt64 = 0

  func validate() throws {
    guard (0...1).contains(cfgRescale) else {
      throw ValidationError("'--cfg-rescale' is \(cfgRescale), but must be 0 to 1.")
    }
  }

  func apply(to request: GenerationRequest) -> GenerationRequest {
    var request = request
    (request.steps, request.guidance, request.guidanceRescale) = (sampler.steps, sampler.cfg, cfgRescale)
    (request.seed, request.sampler) = (seed, sampler.sampler)
    (request.highest, request.lowest) = (sampler.sigmaMax, sampler.sigmaMin)
    return request
  }
}
