import Tensors

extension TrainingLog {
  /// A line of the log.
  package enum Entry: Hashable, Sendable {
    case step(Step)
    case validation(Validation)
  }

  /// What a step did.
  package struct Step: Hashable, Sendable {
    /// Counted from 1.
    package var step: Int
    package var loss: Double
    /// The norm of the gradient before it was clipped.
    package var gradientNorm: Double
    package var learningRate: Double
    /// Seconds the step took.
    package var seconds: Double
    /// When it was made, in seconds of Unix; 0 in logs that do not say.
    package var time: Double

    package init(_ report: BridgeTraining.Report, seconds: Double, time: Double) {
      (step, loss, gradientNorm) = (report.step, report.loss, report.gradientNorm)
      (learningRate, self.seconds, self.time) = (report.learningRate, seconds, time)
    }
  }

  /// The loss on clips that are not trained on.
  package struct Validation: Hashable, Sendable {
    /// Steps made before.
    package var step: Int
    package var loss: Double
    /// Seconds it took.
    package var seconds: Double
    /// When it was made, in seconds of Unix.
    package var time: Double

    package init(step: Int, loss: Double, seconds: Double, time: Double) {
      (self.step, self.loss, self.seconds, self.time) = (step, loss, seconds, time)
    }
  }
}

extension TrainingLog.Entry {
  /// The steps made when it was written.
  package var step: Int {
    switch self {
    case .step(let step): step.step
    case .validation(let validation): validation.step
    }
  }

  package var made: TrainingLog.Step? {
    guard case .step(let step) = self else { return nil }
    return step
  }

  package var validation: TrainingLog.Validation? {
    guard case .validation(let validation) = self else { return nil }
    return validation
  }

  /// Throws iff a field is missing.
  init(_ json: JSON.Cursor) throws(Diagnostic) {
    self = try json.find(["validation_loss"]) == nil ? .step(.init(json)) : .validation(.init(json))
  }

  var line: [UInt8] {
    let json =
      switch self {
      case .step(let step): step.json
      case .validation(let validation): validation.json
      }
    return Array((json.printed() + "\n").utf8)
  }
}

extension TrainingLog.Step {
  fileprivate init(_ json: JSON.Cursor) throws(Diagnostic) {
    step = try json.integer("step", in: 0 ... .max)
    loss = try json.real("loss")
    gradientNorm = try json.real("gradient_norm")
    learningRate = try json.real("learning_rate")
    seconds = try json.real("seconds")
    time = try json.real("time", default: 0)
  }

  fileprivate var json: JSON {
    [
      "step": JSON(step), "loss": JSON(loss), "gradient_norm": JSON(gradientNorm),
      "learning_rate": JSON(learningRate), "seconds": JSON(seconds), "time": JSON(time),
    ]
  }
}

extension TrainingLog.Validation {
  fileprivate init(_ json: JSON.Cursor) throws(Diagnostic) {
    step = try json.integer("step", in: 0 ... .max)
    loss = try json.real("validation_loss")
    seconds = try json.real("seconds")
    time = try json.real("time")
  }

  fileprivate var json: JSON {
    ["step": JSON(step), "validation_loss": JSON(loss), "seconds": JSON(seconds), "time": JSON(time)]
  }
}
