import Ranks
import Runtime
package import Tensors

/// What has to be the same on all ranks.
extension BridgeTraining {
  /// Throws on all ranks iff one trains something else, or is at another step, than the first.
  package func checkRanks() throws(Diagnostic) {
    let runs = try ranks.gather(try KeyedRandom.seed(of: identity))
    let steps = try ranks.gather(trainer.step)
    try ranks.together { () throws(Diagnostic) in
      guard runs[ranks.rank] == runs[0] else { throw .otherRun() }
      guard steps[ranks.rank] == steps[0] else { throw .otherStep(steps[ranks.rank], steps[0]) }
    }
  }

  /// Throws on all ranks iff the weights of one are not those of the first, to the bit.
  package mutating func checkWeights() throws(Diagnostic) {
    guard ranks.count > 1 else { return }
    let weights = try ranks.gather(try trainer.fingerprint())
    try ranks.together { () throws(Diagnostic) in
      guard weights[ranks.rank] == weights[0] else { throw .otherWeights(trainer.step) }
    }
  }
}

extension Diagnostic {
  fileprivate static func otherRun() -> Diagnostic {
    Diagnostic(
      "the settings, the pipeline or the dataset are not those of the first rank",
      help: "start all ranks by one command, on machines that see the same files", kind: .usage)
  }
  fileprivate static func otherStep(_ step: Int, _ first: Int) -> Diagnostic {
    Diagnostic(
      "the run goes on behind step \(step) here, but behind step \(first) on the first rank",
      help: "start all ranks on machines that see the same run directory", kind: .usage)
  }
  fileprivate static func otherWeights(_ step: Int) -> Diagnostic {
    Diagnostic(
      "behind step \(step) the weights are not those of the first rank",
      note: "a processor of another kind rounds differently, or memory is faulty",
      help: "train on machines of one kind, from the last state by --resume")
  }
}
