import Tensors

/// What a user may choose about a sampler's run.
package struct SamplingSettings: Hashable, Sendable {
  /// 1 or more.
  package var steps: Int
  /// The level sampling begins at: a k-diffusion σ, or a t in (0, 1].
  package var highest: Double
  /// The last level before 0; only the samplers that walk down σ use it.
  package var lowest: Double
  /// The bend of a σ schedule; 1 is exponential.
  package var rho: Double
  /// How stochastic the steps are, in 0...1: 0 draws no noise.
  package var eta: Float

  package init(steps: Int, highest: Double = 1, lowest: Double = 0, rho: Double = 1, eta: Float = 0) {
    (self.steps, self.highest, self.lowest, self.rho, self.eta) = (steps, highest, lowest, rho, eta)
  }
}

extension SamplingSettings {
  /// Throws iff no schedule has these settings on `scale`.
  func check(on scale: NoiseScale, for sampler: String) throws(Diagnostic) {
    guard (1...100_000).contains(steps) else { throw .badSteps(steps) }
    guard eta >= 0, eta <= 1 else { throw .badEta(eta) }
    guard highest > 0, highest.isFinite else { throw .badHighest(highest) }
    guard scale == .sigma else {
      guard highest <= 1 else { throw .notATime(highest, sampler) }
      return
    }
    guard lowest >= 1e-6, lowest <= highest, highest <= 1e9 else { throw .badRange(lowest, highest) }
    guard rho > 0, rho <= 100 else { throw .badRho(rho) }
  }
}

extension Diagnostic {
  fileprivate static func badSteps(_ steps: Int) -> Diagnostic {
    Diagnostic("\(steps) steps are asked for, but a sampler takes 1 to 100000", kind: .usage)
  }
  fileprivate static func badEta(_ eta: Float) -> Diagnostic {
    Diagnostic("eta is \(eta), but it lies in 0...1", kind: .usage)
  }
  fileprivate static func badHighest(_ highest: Double) -> Diagnostic {
    Diagnostic("the highest noise level is \(highest), but it is a number above 0", kind: .usage)
  }
  fileprivate static func notATime(_ highest: Double, _ sampler: String) -> Diagnostic {
    Diagnostic(
      "the highest noise level is \(highest), but \(sampler) begins at a t in (0, 1]",
      help: "pass 1 to begin from pure noise, less to begin from a clip", kind: .usage)
  }
  fileprivate static func badRange(_ lowest: Double, _ highest: Double) -> Diagnostic {
    Diagnostic(
      "the noise levels run from \(highest) to \(lowest), but they fall and lie in 0.000001...1000000000",
      kind: .usage)
  }
  fileprivate static func badRho(_ rho: Double) -> Diagnostic {
    Diagnostic("rho is \(rho), but it lies above 0 and at most at 100", kind: .usage)
  }
}
