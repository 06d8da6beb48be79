import Foundation
import Tensors
import Testing

@testable import Pipelines

/// The model all sampler fixtures were recorded with: `0.5·tanh(x)·cos(t) - 0.2·sin(3t) + 0.1·x` over 32
/// latents.
enum Toy {
  static let indices = (0..<32).map(Float.init)
  static let noise = indices.map { sinf($0) }
  static let clip = indices.map { cosf($0) }

  static func velocity(_ x: [Float], t: Float) -> [Float] {
    x.map { 0.5 * tanhf($0) * cosf(t) - 0.2 * sinf(3 * t) + 0.1 * $0 }
  }

  /// `cos(0.7·index + call)` for the calls 1, 2, …
  static func recordedNoise(_ calls: Int) -> FixedNoise {
    FixedNoise((1...calls).map { call in indices.map { cosf(0.7 * $0 + Float(call)) } })
  }

  static func sample(
    _ sampler: Sampler, steps: Int, highest: Double? = nil, eta: Float? = nil, over clip: [Float]? = nil,
    noise: inout any NoiseSource
  ) throws -> [Float] {
    var settings = sampler.defaults
    settings.steps = steps
    if let highest { settings.highest = highest }
    let schedule = try sampler.schedule(settings)
    return try sampler.sample(
      sampler.start(Toy.noise, over: clip, at: schedule), over: schedule, eta: eta, noise: &noise
    ) { (x, t, _) throws(Diagnostic) in velocity(x, t: t) }
  }
}

/// The largest difference of two rows in units of the second's largest value; infinite iff lengths differ.
func relativeError(_ values: some Collection<Float>, _ expected: [Float]) -> Float {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.map(\.magnitude).max() ?? 0
  return zip(values, expected).map { ($0 - $1).magnitude / scale }.max() ?? 0
}

/// The FNV-1a hash of the values' bits, a word at a time.
func fingerprint(_ values: [Float]) -> UInt64 {
  values.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
}
