import Graphs
package import Tensors

/// Everything that the next step of a trainer depends on, as tensors under names:
///
///     PATH              the weight
///     optimizer.mean.PATH, optimizer.square.PATH
///     average.PATH      the running average of the weight, where it is kept
extension Trainer {
  /// The weights as they are.
  package func weights() throws(Diagnostic) -> [(name: Name, tensor: Tensor)] {
    try trained.weights.map { weight throws(Diagnostic) in
      let values = try withWeight(weight) { (values) throws(Diagnostic) in Array(values) }
      return (weight.path, try weight.tensor(values))
    }
  }

  /// The weights that are to be used: their average where it is kept, else the weights.
  package func averagedWeights() throws(Diagnostic) -> [(name: Name, tensor: Tensor)] {
    guard trained.keeps(.average) else { return try weights() }
    return try kept(.average, prefix: "")
  }

  /// Everything between two steps; micro-batches added since the last one are not part of it.
  package func state() throws(Diagnostic) -> [(name: Name, tensor: Tensor)] {
    var tensors = try weights()
    for (role, prefix) in Self.prefixes where trained.keeps(role) {
      tensors += try kept(role, prefix: prefix)
    }
    return tensors
  }

  /// Sets everything to what `state` gave after `step` steps. Throws iff a tensor is missing or does not fit.
  package mutating func restore(
    step: Int, _ tensor: (Name) throws(Diagnostic) -> Tensor
  ) throws(Diagnostic) {
    for weight in trained.weights {
      let values = try weight.floats(of: try tensor(weight.path), named: weight.path)
      try withWeight(weight) { (target) throws(Diagnostic) in _ = target.update(fromContentsOf: values) }
      for (role, prefix) in Self.prefixes {
        guard let target = trained.elements(weight, role) else { continue }
        let name: Name = "\(prefix)\(weight.path)"
        _ = target.update(fromContentsOf: try weight.floats(of: try tensor(name), named: name))
      }
    }
    self.step = step
  }

  private static let prefixes: [(TrainedWeights.Role, String)] = [
    (.mean, "optimizer.mean."), (.square, "optimizer.square."), (.average, "average."),
  ]

  private func kept(_ role: TrainedWeights.Role, prefix: String) throws(Diagnostic) -> [(
    name: Name, tensor: Tensor
  )] {
    var tensors: [(name: Name, tensor: Tensor)] = []
    for weight in trained.weights {
      guard let values = trained.elements(weight, role) else { continue }
      tensors.append(("\(prefix)\(weight.path)", try weight.tensor(Array(values))))
    }
    return tensors
  }
}

extension TrainedWeights.Weight {
  fileprivate func tensor(_ values: [Float]) throws(Diagnostic) -> Tensor {
    try Tensor(floats: values, shape: type.shape ?? [])
  }

  /// The values of `tensor`, which is to be as this weight is.
  fileprivate func floats(of tensor: Tensor, named name: Name) throws(Diagnostic) -> [Float] {
    guard tensor.type == type else { throw .misfit(name, tensor.type, type) }
    return try tensor.floats()
  }
}

extension Diagnostic {
  fileprivate static func misfit(_ name: Name, _ type: TensorType, _ expected: TensorType) -> Diagnostic {
    Diagnostic(
      "\(name.quoted) is \(type) in the state, but \(expected) is trained",
      help: "resume with the bridge and the backbone that the run was begun with")
  }
}
