import Checkpoints
import Families
import Graphs
import Passes
import Runtime
import Tensors

/// The backbone with its bridge, compiled for one clip: what does not change between steps is computed when
/// it is made, and each step computes the rest.
struct Denoiser: ~Copyable {
  private var step: Session
  private let guidance: Guidance
  private let channels: Int
  /// Values of one row of latents.
  private let count: Int

  /// What the backbone is conditioned on.
  struct Conditions {
    var cross: Tensor
    var global: Tensor
    /// Takes the place of the null tokens in the unconditional row.
    var negative: Tensor?
    var video: Video?

    struct Video {
      var bridge: Bridge
      var checkpoint: Checkpoint
      var tokens: Tensor
      var scale: Double
    }
  }

  init(
    _ backbone: Model, _ conditions: Conditions, guidance: Guidance, channels: Int, latents: Int,
    _ precision: Precision = .f32, options: SessionOptions
  ) throws(Diagnostic) {
    let parts = try Parts(
      backbone, conditions, rows: guidance.isActive ? 2 : 1, channels: channels, latents: latents, precision)
    var clip = try parts.clip(options)
    step = try parts.step(behind: try clip.run(parts.clipInputs), options)
    (self.guidance, self.channels, count) = (guidance, channels, channels * latents)
  }

  /// The prediction for `latents` `[channels, frames]` at model time `time` in 0…1.
  mutating func velocity(_ latents: [Float], at time: Float) throws(Diagnostic) -> [Float] {
    guard latents.count == count else { throw .count(latents.count, count) }
    try step.withInput("hidden_states") { (target) throws(Diagnostic) in
      for place in target.indices { target[place] = latents[place % latents.count] }
    }
    try step.withInput("timestep") { (target) throws(Diagnostic) in target.update(repeating: time) }
    try step.run()
    let rows = try step.withOutput("sample") { (sample) throws(Diagnostic) in Array(sample) }
    guard guidance.isActive else { return rows }
    return try guidance.combine(
      conditional: Array(rows[..<count]), unconditional: Array(rows[count...]), channels: channels)
  }

  /// Where the time of the steps went since this was asked last.
  mutating func takeProfile() -> Profile { step.takeProfile() }
}

extension Diagnostic {
  fileprivate static func count(_ count: Int, _ expected: Int) -> Diagnostic {
    Diagnostic("the denoiser is given \(count) latents, but is made for \(expected)", kind: .software)
  }
}
