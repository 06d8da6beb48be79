package import Tensors

/// Noise that was recorded before, replayed a tensor a call whatever the levels: for comparing one step with
/// another implementation's.
package struct FixedNoise: NoiseSource, Sendable {
  private var rest: ArraySlice<[Float]>

  package init(_ tensors: [[Float]]) { rest = tensors[...] }

  package mutating func next(from: Float, to: Float, into noise: inout [Float]) throws(Diagnostic) {
    guard let next = rest.popFirst() else { throw .exhausted(from, to) }
    guard next.count == noise.count else { throw .countMismatch(next.count, noise.count) }
    noise = next
  }
}

extension Diagnostic {
  fileprivate static func exhausted(_ from: Float, _ to: Float) -> Diagnostic {
    Diagnostic(
      "no recorded noise is left for the step from \(from) to \(to)",
      help: "record one tensor for every step that draws noise")
  }
  fileprivate static func countMismatch(_ count: Int, _ asked: Int) -> Diagnostic {
    Diagnostic("the recorded noise has \(count) elements, but the latents have \(asked)")
  }
}
