import CCrypto
package import Tensors

/// Digests of files, in lower-case hexadecimal.
package enum FileDigest {
  /// The SHA-256 of the file at `path`, read once, a few MiB at a time.
  ///
  /// `progress` is told the bytes read so far; what it throws ends the reading. Throws iff the file cannot be
  /// read.
  package static func sha256(
    of path: String, progress: (Int) throws(Diagnostic) -> Void = { _ in }
  ) throws(Diagnostic) -> String {
    let file = try InputFile(path: path)
    let digest = try Digest(EVP_sha256(), "SHA-256", path)
    var offset = 0
    while offset < file.count {
      let piece = try file.read(offset..<min(offset + pieceSize, file.count))
      try piece.withUnsafeBytes { bytes in Result { () throws(Diagnostic) in try digest.add(bytes) } }.get()
      offset += piece.count
      try progress(offset)
    }
    return try digest.finish()
  }

  /// The SHA-256 of `text`. Throws iff OpenSSL does not offer it.
  package static func sha256(ofText text: String) throws(Diagnostic) -> String {
    let digest = try Digest(EVP_sha256(), "SHA-256", "a text")
    try digest.add(text)
    return try digest.finish()
  }

  /// The SHA-1 of a mapped file, which ONNX puts beside external data. Throws iff OpenSSL does not offer it.
  package static func sha1(of file: MappedFile) throws(Diagnostic) -> String {
    let digest = try Digest(EVP_sha1(), "SHA-1", file.path)
    var offset = 0
    while offset < file.count {
      let piece = offset..<min(offset + pieceSize, file.count)
      try file.withBytes(in: piece) { bytes throws(Diagnostic) in try digest.add(bytes) }
      file.advise(willNeed: false, piece)
      offset = piece.upperBound
    }
    return try digest.finish()
  }

  private static let pieceSize = 4 << 20
}
