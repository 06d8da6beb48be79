import ArgumentParser
import Pipelines
import Tensors

/// Which clip the stages of a pipeline are timed for.
struct TimedClip: ParsableArguments {
  @Option(help: "Its length; the longest the pipeline takes by default.")
  var seconds: Double?

  @Option(help: "Calls of the sampler, for the sum of a whole clip; the pipeline's own by default.")
  var steps: Int?

  @Option(help: "Classifier-free guidance; 1 is none and computes one row. The pipeline's own by default.")
  var cfg: Double?

  @Option(
    name: .customLong("stage"),
    help: "Time this stage alone. May be repeated.")
  var stages: [ClipTiming.Stage] = []

  func validate() throws {
    if let seconds, !(seconds > 0 && seconds < 86400) {
      throw ValidationError("'--seconds' is \(seconds), but must be above 0 and below a day.")
    }
    if let steps, steps < 1 || steps > 100_000 {
      throw ValidationError("'--steps' is \(steps), but must be 1 to 100000.")
    }
    if let cfg, !cfg.isFinite { throw ValidationError("'--cfg' is \(cfg), but must be a number.") }
  }

  /// The clip, and those of its stages that are asked for. Throws iff it has not all of them, or is too long.
  func work(_ generator: Generator) throws(Diagnostic) -> (clip: ClipTiming, stages: [ClipTiming.Stage]) {
    let clip = try ClipTiming(generator, seconds: seconds, steps: steps, guidance: cfg)
    if let stray = stages.first(where: { !clip.stages.contains($0) }) { throw .noStage(stray, clip) }
    return (clip, stages.isEmpty ? clip.stages : clip.stages.filter(stages.contains))
  }

  /// Throws iff anything was asked for: `source` makes no clip.
  func refuse(beside source: String) throws(Diagnostic) {
    let given = [
      ("seconds", seconds != nil), ("steps", steps != nil), ("cfg", cfg != nil), ("stage", !stages.isEmpty),
    ]
    guard let option = given.first(where: \.1)?.0 else { return }
    throw .noClip(option, source)
  }
}

extension ClipTiming: CustomStringConvertible {
  package var description: String { "a clip of \(seconds) s, \(steps) steps, cfg \(guidance)" }
}

extension ClipTiming.Stage: ExpressibleByArgument {}

extension Diagnostic {
  fileprivate static func noClip(_ option: String, _ source: String) -> Diagnostic {
    Diagnostic(
      "--\(option) is about the clip of a pipeline, but one graph of \(source) is to be timed",
      help: "give its lengths with --length, or name a pipeline without --component", kind: .usage)
  }
  fileprivate static func noStage(_ stage: ClipTiming.Stage, _ clip: ClipTiming) -> Diagnostic {
    Diagnostic(
      "the pipeline has no \(stage.rawValue)",
      help: "its stages are \(clip.stages.map(\.rawValue).joined(separator: ", "))", kind: .usage)
  }
}
