package import Tensors

extension PipelineManifest.Sampling {
  /// These settings with what is given instead. Another sampler than theirs brings its own steps and levels.
  ///
  /// Throws iff the sampler is not for the objective or has no schedule of such settings.
  package func choosing(
    sampler name: String?, steps: Int?, guidance: Double?, highest: Double?, lowest: Double?
  ) throws(Diagnostic) -> Self {
    var chosen = self
    let other = try Sampler.named(name ?? sampler, for: objective)
    if other.name != sampler {
      chosen.sampler = other.name
      (chosen.steps, chosen.highest, chosen.lowest) = (
        other.defaults.steps, other.defaults.highest, other.defaults.lowest
      )
    }
    chosen.steps = steps ?? chosen.steps
    chosen.guidance = guidance ?? chosen.guidance
    (chosen.highest, chosen.lowest) = (highest ?? chosen.highest, lowest ?? chosen.lowest)
    let (sampler, settings) = try chosen.resolved()
    try settings.check(on: sampler.scale, for: sampler.name)
    return chosen
  }

  /// The sampler and its settings. Throws iff there is none of that name for the objective.
  func resolved() throws(Diagnostic) -> (Sampler, SamplingSettings) {
    let sampler = try Sampler.named(sampler, for: objective)
    var settings = sampler.defaults
    (settings.steps, settings.highest, settings.lowest) = (steps, highest, lowest)
    return (sampler, settings)
  }
}
