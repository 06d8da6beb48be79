/// What becomes of reals that floats of eight bits and fewer do not hold; as in ONNX's `Cast`.
package struct Narrowing: Hashable, Sendable {
  /// Whether what is too large becomes the largest number; else infinity or NaN, whichever the format has.
  package var saturates: Bool
  package var scale: ScaleRounding

  package init(saturates: Bool = true, scale: ScaleRounding = .up) {
    (self.saturates, self.scale) = (saturates, scale)
  }
}

/// How reals between two powers of two become `f8e8m0`.
package enum ScaleRounding: String, Codable, Sendable {
  case up, down
  /// To the nearer power; the larger one where both are equally near.
  case nearest
}
