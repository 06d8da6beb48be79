import Glibc
import Kernels
package import Tensors

/// Adam with weight decay that does not pass through the averages, as `torch.optim.AdamW` takes it:
///
///     m ← β₁m + (1 - β₁)g;  v ← β₂v + (1 - β₂)g²;  w ← w - ηλw - η·(m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
///
/// Only matrices decay: biases, gains and gates do not.
/// Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2.
package struct AdamW: Hashable, Sendable {
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon = 1e-8
  /// λ.
  package var decay = 0.01

  package init() {}

  /// Throws iff a number is out of its range.
  package func check() throws(Diagnostic) {
    for (name, beta) in [("beta1", beta1), ("beta2", beta2)] {
      guard beta >= 0, beta < 1 else { throw .range(name, beta, "0 or more and less than 1") }
    }
    guard epsilon > 0, epsilon.isFinite else { throw .range("epsilon", epsilon, "more than 0") }
    guard decay >= 0, decay.isFinite else { throw .range("weight decay", decay, "0 or more") }
  }

  /// The numbers of step `step`, counted from 1, at learning rate `rate`.
  func numbers(step: Int, rate: Double, decays: Bool, gradientScale: Double) -> AdamWStep {
    let time = Double(step)
    return AdamWStep(
      beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
      kept: Float(decays ? 1 - rate * decay : 1), rate: Float(rate / (1 - pow(beta1, time))),
      correction: Float((1 - pow(beta2, time)).squareRoot()), gradientScale: Float(gradientScale))
  }
}

extension Diagnostic {
  fileprivate static func range(_ name: String, _ value: Double, _ range: String) -> Diagnostic {
    Diagnostic("\(name) is \(value), expected \(range)", kind: .usage)
  }
}
