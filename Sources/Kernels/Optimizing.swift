import CKernels

/// What an optimizer does to long rows of `f32`. Results do not depend on the number of threads.
package enum Optimizing {
  /// One step of AdamW; see `AdamW`. `mean` and `square` are the averages of the gradient and of its square.
  package static func adamW(
    _ step: AdamWStep, weights: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
    mean: UnsafeMutablePointer<Float>, square: UnsafeMutablePointer<Float>
  ) {
    guard let first = weights.baseAddress, let slope = gradient.baseAddress else { return }
    var numbers = ck_adamw_step(
      beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon, kept: step.kept, rate: step.rate,
      correction: step.correction, gradient_scale: step.gradientScale)
    ck_adamw(&numbers, min(weights.count, gradient.count), first, slope, mean, square)
  }

  /// `sum += x·factor`.
  package static func accumulate(
    _ x: UnsafeBufferPointer<Float>, times factor: Float, into sum: UnsafeMutablePointer<Float>
  ) {
    guard let first = x.baseAddress else { return }
    ck_accumulate(x.count, sum, first, factor)
  }

  /// `average += (x - average)·share`.
  package static func average(
    _ x: UnsafeMutableBufferPointer<Float>, share: Float, into average: UnsafeMutablePointer<Float>
  ) {
    guard let first = x.baseAddress else { return }
    ck_moving_average(x.count, average, first, share)
  }

  /// `Σ x²`.
  package static func sumOfSquares(_ x: UnsafeBufferPointer<Float>) -> Double {
    guard let first = x.baseAddress else { return 0 }
    return ck_sum_of_squares(x.count, first)
  }
}

/// The numbers of one step of AdamW that are the same for every element.
package struct AdamWStep: Sendable {
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// What is left of a weight before the step: 1 - learning rate · decay.
  package var kept: Float
  /// Learning rate / (1 - beta1ᵗ).
  package var rate: Float
  /// √(1 - beta2ᵗ).
  package var correction: Float
  /// The gradient is multiplied by it first.
  package var gradientScale: Float

  package init(
    beta1: Float, beta2: Float, epsilon: Float, kept: Float, rate: Float, correction: Float,
    gradientScale: Float
  ) {
    (self.beta1, self.beta2, self.epsilon, self.kept) = (beta1, beta2, epsilon, kept)
    (self.rate, self.correction, self.gradientScale) = (rate, correction, gradientScale)
  }
}
