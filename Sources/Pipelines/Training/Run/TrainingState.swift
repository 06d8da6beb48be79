import Checkpoints
import Graphs
import Runtime
import Tensors

/// The state of a training on disk: a sealed safetensors file of all that the next step depends on.
enum TrainingState {
  /// Throws iff the file cannot be written; what stood there before stays then.
  static func save(_ trainer: borrowing Trainer, of run: String, to path: String) throws(Diagnostic) {
    try SealedCheckpoint.write(
      to: path, declaring: trainer.stateTypes,
      metadata: [
        ("format", "foley-training-state"), ("run", run), ("step", "\(trainer.step)"), ("version", "1"),
      ]
    ) { (name, take) throws(Diagnostic) in
      try trainer.withState(name) { (values) throws(Diagnostic) in
        try take(UnsafeRawBufferPointer(values))
      }
    }
  }

  /// Sets `trainer` to the state in the file. Throws iff it is damaged, or of another run than `run`.
  static func restore(_ trainer: inout Trainer, of run: String, from path: String) throws(Diagnostic) {
    let state = try SealedCheckpoint.open(path: path)
    guard state.metadata("format") == "foley-training-state", state.metadata("version") == "1",
      let step = state.metadata("step").flatMap({ Int($0) }), (0...TrainingSettings.mostSteps).contains(step)
    else { throw .notAState(path) }
    guard state.metadata("run") == run else { throw .otherRun(path) }
    try trainer.restore(step: step) { (name) throws(Diagnostic) in try state.tensor(name) }
  }
}

extension Diagnostic {
  fileprivate static func notAState(_ path: String) -> Diagnostic {
    Diagnostic(
      "the file is no state of a training: its format, version or step is missing or of another kind",
      at: path,
      help: "remove it from the run's states, so that the one before it is gone on with")
  }
  fileprivate static func otherRun(_ path: String) -> Diagnostic {
    Diagnostic(
      "the state is of a run with other settings, another pipeline or another dataset", at: path,
      help: "resume with what the run was begun with, or begin another")
  }
}
