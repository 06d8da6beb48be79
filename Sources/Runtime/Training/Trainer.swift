import Glibc
package import Graphs
import Kernels
package import Plans
package import Tensors

/// Trains the weights that a graph takes as inputs, by the gradients it returns:
///
///     var trainer = try Trainer(graph, inputs: types, weights: …, frozen: …, settings, options: …)
///     for batch in … { loss += try trainer.add(batch) }       one micro-batch or more
///     let norm = try trainer.update(rate: 1e-4)               one step of the optimizer
///
/// The graph returns `loss` and for each trained input `PATH` its gradient, `gradient.PATH`
/// (`Pass.differentiate`). The weights lie in the session's memory and are changed there.
package struct Trainer: ~Copyable {
  /// Steps of the optimizer so far.
  package internal(set) var step = 0
  package let settings: TrainerSettings

  let trained: TrainedWeights
  private var session: Session
  /// Micro-batches since the last step.
  private var batches = 0

  /// Binds the graph to inputs of the given types and sets the weights.
  ///
  /// Throws iff a setting makes no sense, a weight is missing or does not fit, or the memory cannot be had.
  package init(
    _ graph: Graph, inputs types: [Name: TensorType], weights: (Name) throws(Diagnostic) -> Tensor,
    frozen: (Name) throws(Diagnostic) -> Tensor, _ settings: TrainerSettings, options: SessionOptions
  ) throws(Diagnostic) {
    try settings.check()
    let paths = Self.trainedInputs(of: graph)
    var types = types
    for (path, type) in paths { types[path] = type }
    var session = try Session(graph, parameters: frozen, options: options)
    try session.bind(types)
    for (path, _) in paths {
      let tensor = try weights(path)
      try session.set(path, tensor)
      // The copy is what is trained: the file's pages are not needed again.
      if let (file, range) = tensor.mapping { file.advise(willNeed: false, range) }
    }
    let trained = try TrainedWeights(paths, keeping: settings.keptRoles)
    for weight in trained.weights {
      guard let average = trained.elements(weight, .average) else { break }
      try session.withInput(weight.path) { (values) throws(Diagnostic) in
        _ = average.update(fromContentsOf: values)
      }
    }
    self.trained = trained
    self.session = session
    self.settings = settings
  }

  /// The plan in use.
  package var plan: Plan? { session.plan }

  /// Where the time went so far; empty unless `options.measuresTime`.
  package var profile: Profile { session.profile }

  /// Calls `body` with the gradient by the weight at `path` of the step. Throws what `body` throws, or iff
  /// there is no such weight.
  package func withGradient(
    _ path: Name, _ body: (UnsafeBufferPointer<Float>) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    guard let weight = trained[path] else { throw .noWeight(path) }
    try withGradient(of: weight, body)
  }

  /// Computes loss and gradients of a micro-batch and adds `share` of the latter to those of the step; the
  /// shares of a step add up to 1. Returns the loss.
  ///
  /// Throws iff an input does not fit, the run is cancelled, or the loss is not finite: the weights are then as
  /// they were.
  package mutating func add(_ inputs: [Name: Tensor], share: Double = 1) throws(Diagnostic) -> Double {
    let loss = try self.loss(inputs)
    guard loss.isFinite else { throw .loss(loss, step) }
    guard settings.accumulates else {
      batches = 1
      return loss
    }
    for weight in trained.weights {
      guard let sum = trained.elements(weight, .sum), let target = sum.baseAddress else { continue }
      if batches == 0 { sum.update(repeating: 0) }
      try session.withOutput(weight.gradient) { (gradient) throws(Diagnostic) in
        Optimizing.accumulate(gradient, times: Float(share), into: target)
      }
    }
    batches += 1
    return loss
  }

  /// The loss on `inputs`; the weights and the gradients of the step stay as they are.
  package mutating func loss(_ inputs: [Name: Tensor]) throws(Diagnostic) -> Double {
    for (name, tensor) in inputs { try session.set(name, tensor) }
    try session.run()
    return try session.withOutput("loss") { (loss) throws(Diagnostic) in Double(loss.first ?? .nan) }
  }

  /// Moves the weights against the gradients added since the last step and returns the gradients' norm before
  /// it was clipped.
  ///
  /// `averageShare` is how far the average of the weights moves towards them. Throws iff nothing was added or a
  /// gradient is not finite: the weights are then as they were.
  package mutating func update(rate: Double, averageShare: Double = 1) throws(Diagnostic) -> Double {
    guard batches > 0 else { throw .nothingAdded() }
    batches = 0
    var squares = 0.0
    for weight in trained.weights {
      squares += try withGradient(of: weight) { (gradient) throws(Diagnostic) in
        Optimizing.sumOfSquares(gradient)
      }
    }
    let norm = squares.squareRoot()
    guard norm.isFinite else { throw .gradient(try firstNotFinite(), step) }
    step += 1
    let scale = settings.largestNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    for weight in trained.weights { try move(weight, rate: rate, scale: scale, averageShare: averageShare) }
    return norm
  }

  private func move(
    _ weight: TrainedWeights.Weight, rate: Double, scale: Double, averageShare: Double
  ) throws(Diagnostic) {
    let numbers = settings.optimizer.numbers(
      step: step, rate: rate, decays: weight.decays, gradientScale: scale)
    guard let mean = trained.elements(weight, .mean)?.baseAddress,
      let square = trained.elements(weight, .square)?.baseAddress
    else { return }
    try session.withInput(weight.path) { (values) throws(Diagnostic) in
      try withGradient(of: weight) { (gradient) throws(Diagnostic) in
        Optimizing.adamW(numbers, weights: values, gradient: gradient, mean: mean, square: square)
      }
      guard let average = trained.elements(weight, .average)?.baseAddress else { return }
      Optimizing.average(values, share: Float(averageShare), into: average)
    }
  }

  /// Calls `body` with the gradient of the step.
  private func withGradient<Result>(
    of weight: TrainedWeights.Weight, _ body: (UnsafeBufferPointer<Float>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    if let sum = trained.elements(weight, .sum) { return try body(UnsafeBufferPointer(sum)) }
    return try session.withOutput(weight.gradient, body)
  }

  /// The first trained weight whose gradient is not finite.
  private func firstNotFinite() throws(Diagnostic) -> Name {
    for weight in trained.weights {
      let isFinite = try withGradient(of: weight) { (gradient) throws(Diagnostic) in
        gradient.allSatisfy(\.isFinite)
      }
      if !isFinite { return weight.path }
    }
    return trained.weights.first?.path ?? ""
  }

  /// Calls `body` with the weight as it is, to be read or set.
  func withWeight(
    _ weight: TrainedWeights.Weight, _ body: (UnsafeMutableBufferPointer<Float>) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    try session.withInput(weight.path, body)
  }

  /// The inputs whose gradients the graph returns.
  static func trainedInputs(of graph: Graph) -> [(path: Name, type: TensorType)] {
    let outputs = Set(graph.outputs.map(\.name))
    return graph.inputs.map { graph[$0] }.filter { outputs.contains("gradient.\($0.name)") }
      .map { ($0.name, $0.type) }
  }
}

extension Diagnostic {
  fileprivate static func loss(_ loss: Double, _ step: Int) -> Diagnostic {
    Diagnostic("the loss is \(loss) at step \(step + 1)")
  }
  fileprivate static func gradient(_ path: Name, _ step: Int) -> Diagnostic {
    Diagnostic("the gradient of \(path.quoted) is not finite at step \(step + 1)")
  }
  fileprivate static func noWeight(_ path: Name) -> Diagnostic {
    Diagnostic("\(path.quoted) is no weight of the trainer", kind: .software)
  }
  fileprivate static func nothingAdded() -> Diagnostic {
    Diagnostic("a step is to be made before a batch was added", kind: .software)
  }
}
