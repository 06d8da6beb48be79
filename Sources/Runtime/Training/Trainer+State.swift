import Graphs
package import Tensors

/// Everything that the next step of a trainer depends on, as tensors under names:
///
///     PATH                                           the weight
///     optimizer.mean.PATH, optimizer.square.PATH     the running averages of its gradient
///     average.PATH                                   that of the weight, where it is kept
///
/// Micro-batches added since the last step are no part of it.
extension Trainer {
  /// The names and types of the state, in a fixed order.
  package var stateTypes: [(name: Name, type: TensorType)] {
    trained.weights.flatMap { weight in
      [(weight.path, weight.type)] + keptPrefixes.map { (Name("\($0.prefix)\(weight.path)"), weight.type) }
    }
  }

  /// The names and types of the weights alone.
  package var weightTypes: [(name: Name, type: TensorType)] { trained.weights.map { ($0.path, $0.type) } }

  /// Calls `body` with the memory of the tensor called `name` of the state, to be read or set. Throws what
  /// `body` throws, or iff there is none.
  package func withState(
    _ name: Name, _ body: (UnsafeMutableBufferPointer<Float>) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    if let weight = trained[name] { return try withWeight(weight, body) }
    for (role, prefix) in keptPrefixes where name.text.hasPrefix(prefix) {
      let path = Name(String(name.text.dropFirst(prefix.count)))
      if let weight = trained[path], let kept = trained.elements(weight, role) { return try body(kept) }
    }
    throw .noState(name)
  }

  /// Calls `body` with the weight that is to be used: its average where it is kept, else the weight.
  package func withTrained(
    _ path: Name, _ body: (UnsafeMutableBufferPointer<Float>) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    try withState(trained.keeps(.average) ? Name("average.\(path)") : path, body)
  }

  /// Sets everything to what it was after `step` steps. Throws iff a tensor is missing or of another type.
  package mutating func restore(step: Int, _ tensor: (Name) throws(Diagnostic) -> Tensor)
    throws(Diagnostic)
  {
    for (name, type) in stateTypes {
      let saved = try tensor(name)
      guard saved.type == type else { throw .misfit(name, saved.type, type) }
      let values = try saved.floats()
      try withState(name) { (target) throws(Diagnostic) in _ = target.update(fromContentsOf: values) }
    }
    self.step = step
  }

  private var keptPrefixes: [(role: TrainedWeights.Role, prefix: String)] {
    let all: [(role: TrainedWeights.Role, prefix: String)] = [
      (.mean, "optimizer.mean."), (.square, "optimizer.square."), (.average, "average."),
    ]
    return all.filter { trained.keeps($0.role) }
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ name: Name, _ type: TensorType, _ expected: TensorType) -> Diagnostic {
    Diagnostic(
      "\(name.quoted) is \(type) in the state, but \(expected) is trained",
      help: "resume with the bridge and the backbone that the run was begun with")
  }
  fileprivate static func noState(_ name: Name) -> Diagnostic {
    Diagnostic("the state of the trainer holds no \(name.quoted)", kind: .software)
  }
}
