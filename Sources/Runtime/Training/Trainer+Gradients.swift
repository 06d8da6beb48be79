package import Tensors

extension Trainer {
  /// Calls `body` with the gradients summed since the last step, of all weights one behind the other, to be read
  /// or set. Empty unless `settings.accumulates`.
  package mutating func withSums<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try body(trained.elements(.sum))
  }

  /// A number that tells the weights from others, were a bit of them another.
  package func fingerprint() throws(Diagnostic) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (path, _) in weightTypes {
      try withState(path) { (values) throws(Diagnostic) in
        for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01b3 }
      }
    }
    return hash
  }
}
