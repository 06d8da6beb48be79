/// The schedules as samplers name them: from checked settings.
extension Schedule {
  @Sendable static func polyexponential(_ settings: SamplingSettings) -> Schedule {
    polyexponential(
      steps: settings.steps, from: settings.highest, to: settings.lowest, rho: settings.rho)
  }

  @Sendable static func logSNR(_ settings: SamplingSettings) -> Schedule {
    logSNR(steps: settings.steps, from: settings.highest)
  }

  @Sendable static func linear(_ settings: SamplingSettings) -> Schedule {
    linear(steps: settings.steps, from: settings.highest)
  }
}
