import Pipelines
import Reports
import Tensors

/// The chart of a run: `loss.svg` and `loss.png` in its directory.
struct RunPictures {
  private let directory: RunDirectory
  private var chart: LossChart

  /// Of the run in `directory`, whose log may hold steps already, of `steps`. Throws iff the log cannot be read.
  init(_ directory: RunDirectory, steps: Int) throws(Diagnostic) {
    self.directory = directory
    chart = LossChart(length: steps, steps: [], validations: [])
    for entry in try TrainingLog.entries(directory.logPath) { add(entry) }
  }

  mutating func add(_ entry: TrainingLog.Entry) {
    switch entry {
    case .step(let step):
      chart.steps.append(.init(step: step.step, loss: step.loss, learningRate: step.learningRate))
    case .validation(let validation):
      chart.validations.append(.init(step: validation.step, loss: validation.loss))
    }
  }

  /// Throws iff a picture cannot be written; what stood there stays then.
  func draw() throws(Diagnostic) {
    try AtomicFile.write(chart.svg, to: "\(directory.path)/loss.svg")
    try AtomicFile.write(try chart.png(), to: "\(directory.path)/loss.png")
  }
}
