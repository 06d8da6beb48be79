package import Tensors

extension Trainer {
  /// The loss on `inputs` of the weights that are to be used: their average where it is kept. Nothing that the
  /// next step depends on changes.
  ///
  /// Throws iff an input does not fit, the run is cancelled, or the loss is not finite.
  package mutating func trainedLoss(_ inputs: [Name: Tensor]) throws(Diagnostic) -> Double {
    try exchangeAverage()
    let outcome: Result<Double, Diagnostic>
    do throws(Diagnostic) {
      outcome = .success(try loss(inputs))
    } catch {
      outcome = .failure(error)
    }
    try exchangeAverage()
    let loss = try outcome.get()
    guard loss.isFinite else { throw .notFinite(loss, step) }
    return loss
  }

  /// Puts the average in the place of the weights and the other way round.
  private func exchangeAverage() throws(Diagnostic) {
    for weight in trained.weights {
      guard let average = trained.elements(weight, .average) else { return }
      try withWeight(weight) { (values) throws(Diagnostic) in
        for place in values.indices { swap(&values[place], &average[place]) }
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func notFinite(_ loss: Double, _ step: Int) -> Diagnostic {
    Diagnostic("the loss on clips for validation is \(loss) behind step \(step)")
  }
}
