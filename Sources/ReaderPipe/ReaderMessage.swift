/// The head of one message that `foley-reader` writes to its parent: 16 bytes, four little-endian words
/// (kind, width, height, bytes that follow).
package struct ReaderMessage: Hashable, Sendable {
  package static let byteCount = 16

  package enum Kind: UInt32, Sendable {
    /// A `VideoProbe` as JSON; comes first.
    case probe = 0x3142_5250
    /// One picture: `3 * width * height` bytes of RGB.
    case frame = 0x314D_5246
    /// Samples: `height` times one of each of the `width` channels, in 4-byte floats.
    case sound = 0x3144_4E53
    /// A `VideoSummary` or a `SoundSummary` as JSON; comes last. A stream that ends without one was cut off.
    case end = 0x3144_4E45
  }

  package var kind: Kind
  package var width: Int
  package var height: Int
  /// Bytes that follow the head.
  package var payload: Int

  /// `nil` iff a number does not fit its word.
  package init?(_ kind: Kind, width: Int = 0, height: Int = 0, payload: Int) {
    guard [width, height, payload].allSatisfy({ UInt32(exactly: $0) != nil }) else { return nil }
    (self.kind, self.width, self.height, self.payload) = (kind, width, height, payload)
  }

  /// The head that `bytes` spell, or `nil` iff they are none: wrong length, unknown kind, or a payload that is not
  /// the pixels of the frame or the samples of the channels.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    let words = bytes.withUnsafeBytes { raw in
      [0, 4, 8, 12].map { UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self)) }
    }
    guard let kind = Kind(rawValue: words[0]) else { return nil }
    (self.kind, width, height, payload) = (kind, Int(words[1]), Int(words[2]), Int(words[3]))
    switch kind {
    case .frame: guard isFilled(by: 3), payload > 0 else { return nil }
    case .sound: guard isFilled(by: 4), payload > 0, payload <= 1 << 28 else { return nil }
    case .probe, .end: guard payload <= 1 << 16 else { return nil }
    }
  }

  /// Whether the payload is `width` times `height` elements of `size` bytes.
  private func isFilled(by size: Int) -> Bool {
    width > 0 && payload % (size * width) == 0 && payload / (size * width) == height
  }

  package var bytes: [UInt8] {
    let words = [kind.rawValue, UInt32(width), UInt32(height), UInt32(payload)]
    return words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }
}
