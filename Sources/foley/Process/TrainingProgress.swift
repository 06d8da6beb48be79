import Pipelines

/// What a person who watches a training sees: the step, how well it goes, and how long it still takes. Where
/// nobody watches, a line every so many steps.
final class TrainingProgress {
  private let line: ProgressLine
  private let isQuiet: Bool
  private let steps: Int
  private var loss: Double?
  private var seconds: Double?
  private var validation: Double?

  init(quiet: Bool, steps: Int) {
    (line, isQuiet, self.steps) = (ProgressLine(quiet: quiet), quiet, steps)
  }

  func show(_ step: TrainingLog.Step) {
    loss = Self.smoothed(loss, step.loss)
    seconds = Self.smoothed(seconds, step.seconds)
    let watched = validation.map { ", validation \(Self.short($0))" } ?? ""
    let text =
      "loss \(Self.short(loss ?? 0))\(watched), lr \(Self.short(step.learningRate)), "
      + "\(Self.short(1 / (seconds ?? 1))) steps/s"
    line.show("step", step.step, of: steps, text, left: Double(steps - step.step) * (seconds ?? 0))
    if !isQuiet, !StandardError.isTerminal, step.step % 100 == 0 || step.step == steps {
      StandardError.write("step \(step.step)/\(steps): \(text)\n")
    }
  }

  /// `done` of `total` batches of clips for validation are seen to.
  func showValidation(_ done: Int, _ total: Int) { line.show("validating, batch", done, total) }

  /// `done` of `total` calls of the backbone for sounds are made.
  func showSample(_ done: Int, _ total: Int) { line.show("making sounds", done, total) }

  func show(_ validation: TrainingLog.Validation) {
    self.validation = validation.loss
    if !isQuiet, !StandardError.isTerminal {
      StandardError.write(
        "step \(validation.step)/\(steps): validation loss \(Self.short(validation.loss))\n")
    }
  }

  func clear() { line.clear() }

  /// The mean of about the last fifty.
  private static func smoothed(_ mean: Double?, _ value: Double) -> Double {
    guard let mean else { return value }
    return mean + (value - mean) / 50
  }

  /// Three digits.
  private static func short(_ number: Double) -> String {
    guard number.isFinite, number != 0 else { return "\(number)" }
    var scale = 1.0
    while abs(number) * scale < 100 { scale *= 10 }
    let digits = (number * scale).rounded()
    return "\(digits / scale)"
  }
}
