package import Tensors

/// Classifier-free guidance: pushes a prediction away from the one without conditioning.
package struct Guidance: Hashable, Sendable {
  /// 1 is no guidance, and needs no unconditional prediction.
  package var scale: Float
  /// How much of the guided prediction is brought back to the conditional one's spread, 0...1.
  package var rescale: Float

  package init(scale: Float, rescale: Float = 0) { (self.scale, self.rescale) = (scale, rescale) }

  /// Whether the unconditional prediction counts.
  package var isActive: Bool { scale != 1 }

  /// `u + scale·(c - u)` for predictions `[channels, frames]`; then, at `rescale` φ,
  /// `φ·out·std(c)/std(out) + (1 - φ)·out`, each standard deviation over the channels of a frame.
  ///
  /// A frame without spread stays as it is. Throws iff the lengths differ or do not fill the channels.
  package func combine(conditional: [Float], unconditional: [Float], channels: Int)
    throws(Diagnostic) -> [Float]
  {
    guard conditional.count == unconditional.count else {
      throw .countMismatch(conditional.count, unconditional.count)
    }
    guard channels > 0, conditional.count % channels == 0 else {
      throw .channelMismatch(conditional.count, channels)
    }
    let (c, u) = (Vector(conditional), Vector(unconditional))
    var guided = (u + scale * (c - u)).values
    guard rescale != 0, channels > 1 else { return guided }
    let frames = conditional.count / channels
    for frame in 0..<frames {
      let places = stride(from: frame, to: guided.count, by: frames)
      let spread = Self.deviation(guided, places)
      guard spread > 0 else { continue }
      let ratio = Self.deviation(conditional, places) / spread
      for place in places {
        guided[place] = rescale * (guided[place] * ratio) + (1 - rescale) * guided[place]
      }
    }
    return guided
  }

  /// The unbiased standard deviation of the values at `places`.
  private static func deviation(_ values: [Float], _ places: StrideTo<Int>) -> Float {
    var (count, sum) = (0.0, 0.0)
    for place in places { (count, sum) = (count + 1, sum + Double(values[place])) }
    let mean = sum / count
    let squares = places.reduce(0.0) { $0 + (Double(values[$1]) - mean) * (Double(values[$1]) - mean) }
    return Float((squares / (count - 1)).squareRoot())
  }
}

extension Diagnostic {
  fileprivate static func countMismatch(_ conditional: Int, _ unconditional: Int) -> Diagnostic {
    Diagnostic(
      "the conditional prediction has \(conditional) values, the unconditional one \(unconditional)",
      kind: .software)
  }
  fileprivate static func channelMismatch(_ count: Int, _ channels: Int) -> Diagnostic {
    Diagnostic("a prediction of \(count) values does not fill \(channels) channels", kind: .software)
  }
}
