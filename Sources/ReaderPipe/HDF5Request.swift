/// The head of one request to `foley-reader hdf5-read`: which dataset, and how many bytes are expected.
///
/// Four bytes length of the path, eight bytes count, little-endian; then the path. The answer is just the
/// bytes.
package struct HDF5Request: Hashable, Sendable {
  package static let headCount = 12
  package static let longestPath = 4096

  package var path: String
  package var byteCount: Int

  package init(path: String, byteCount: Int) { (self.path, self.byteCount) = (path, byteCount) }

  package var bytes: [UInt8] {
    let path = Array(path.utf8)
    return withUnsafeBytes(of: UInt32(truncatingIfNeeded: path.count).littleEndian) { Array($0) }
      + withUnsafeBytes(of: UInt64(truncatingIfNeeded: byteCount).littleEndian) { Array($0) } + path
  }

  /// The lengths that `head` spells: of the path, and of the answer. `nil` iff they are out of bounds.
  package static func lengths(_ head: [UInt8]) -> (path: Int, answer: Int)? {
    guard head.count == headCount else { return nil }
    let (path, answer) = head.withUnsafeBytes { raw in
      (
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)),
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
      )
    }
    guard path <= longestPath, let answer = Int(exactly: answer) else { return nil }
    return (Int(path), answer)
  }
}
