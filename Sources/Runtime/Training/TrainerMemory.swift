package import Graphs
import Plans
package import Tensors

/// The bytes that a trainer works in, known before it takes any.
package struct TrainerMemory: Hashable, Sendable {
  /// Frozen weights that each step reads, as they lie in the checkpoint, and what is computed from others once.
  package let frozen: Int
  /// What a step computes on the way.
  package let step: Int
  /// The trained weights, their gradients, what the optimizer keeps of them, and the batch.
  package let trained: Int

  package var total: Int { frozen.addingSaturated(step).addingSaturated(trained) }

  /// As `Trainer(graph, inputs: types, …, settings, options: options)` would have it; `stored` says which element
  /// type the checkpoint holds a frozen weight in.
  ///
  /// Throws iff the graph cannot be planned for inputs of these types.
  package init(
    of graph: Graph, inputs types: [Name: TensorType], _ settings: TrainerSettings, options: SessionOptions,
    stored: (Name) throws(Diagnostic) -> DType
  ) throws(Diagnostic) {
    let weights = Trainer.trainedInputs(of: graph)
    var types = types
    for (path, type) in weights { types[path] = type }
    let lengths = try graph.lengths(of: types)
    let plan = try graph.planned(at: lengths, for: options.kernels, stored: stored)
    frozen = plan.bytesOfReadParameters.addingSaturated(plan.prologueSize)
    step = plan.arenaSize
    var ends = plan.graph.inputs.map { plan.graph[$0].type.byteCount ?? .max } + plan.outputSizes
    for (_, type) in weights {
      ends += settings.keptRoles.map { _ in type.byteCount ?? .max }
    }
    trained = ends.reduce(0) { $0.addingSaturated($1) }
  }
}

extension Plan {
  /// Bytes of the parameters that the steps or the caller read where they lie.
  fileprivate var bytesOfReadParameters: Int {
    var read: Set<Value> = []
    for value in steps.flatMap({ graph[$0].inputs }) + graph.outputs.map(\.value) {
      let root = root(of: value).value
      if case .parameter = placements[root] { read.insert(root) }
    }
    return read.reduce(0) { $0.addingSaturated(graph[$1].type.byteCount ?? .max) }
  }
}

extension Int {
  fileprivate func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
