package import Tensors

extension Sampler {
  /// Every sampler, in the order of the help.
  package static let all: [Sampler] = [
    .dpmpp3MSDE, .dpmpp2MSDE, .dpmpp2M, .vDDIM, .pingPong, .euler, .flowDPMpp, .rungeKutta4,
  ]

  /// The samplers for models of `objective`.
  package static func fitting(_ objective: Objective) -> [Sampler] {
    all.filter { $0.objectives.contains(objective) }
  }

  /// The sampler that models of `objective` are usually sampled with.
  package static func standard(for objective: Objective) -> Sampler {
    switch objective {
    case .v: .dpmpp3MSDE
    case .rectifiedFlow: .euler
    case .rectifiedFlowDenoiser: .pingPong
    }
  }

  /// The sampler called `name`. Throws iff there is none.
  package static func named(_ name: String) throws(Diagnostic) -> Sampler {
    guard let sampler = all.first(where: { $0.name == name || $0.aliases.contains(name) })
    else { throw .unknown(name) }
    return sampler
  }

  /// The sampler called `name`. Throws iff there is none or it cannot sample models of `objective`.
  package static func named(_ name: String, for objective: Objective) throws(Diagnostic) -> Sampler {
    let sampler = try named(name)
    guard sampler.objectives.contains(objective) else { throw .wrongPairing(sampler, objective) }
    return sampler
  }
}

extension [Objective] {
  /// The objectives with straight paths.
  static let flows: [Objective] = [.rectifiedFlow, .rectifiedFlowDenoiser]
}

extension SamplingSettings {
  /// The range that Stable Audio Open is sampled with.
  static func stableAudio(eta: Float) -> SamplingSettings {
    SamplingSettings(steps: 100, highest: 500, lowest: 0.3, eta: eta)
  }
}

extension Diagnostic {
  fileprivate static func unknown(_ name: String) -> Diagnostic {
    Diagnostic(
      "there is no sampler \"\(name)\"", help: "choose one of \(names(Sampler.all))", kind: .usage)
  }
  fileprivate static func wrongPairing(_ sampler: Sampler, _ objective: Objective) -> Diagnostic {
    let objectives = sampler.objectives.map(\.description).joined(separator: " and ")
    return Diagnostic(
      "sampler \(sampler.name) is for \(objectives) models, but this model's objective is \(objective)",
      help: "choose one of \(names(Sampler.fitting(objective)))", kind: .usage)
  }
  private static func names(_ samplers: [Sampler]) -> String {
    samplers.map(\.name).joined(separator: ", ")
  }
}
