package import Tensors

/// Independent normal numbers at every step, in the order of torch's CPU generator (`torch.randn_like`).
package struct GaussianNoise: NoiseSource, Sendable {
  /// The stream, as far as it has been drawn.
  package private(set) var generator: TorchGenerator

  package init(_ generator: TorchGenerator) { self.generator = generator }
  package init(seed: UInt64) { generator = TorchGenerator(seed: seed) }

  package mutating func next(from: Float, to: Float, into noise: inout [Float]) throws(Diagnostic) {
    noise = generator.normals(noise.count)
  }
}
