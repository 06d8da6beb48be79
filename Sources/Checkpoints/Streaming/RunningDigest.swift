import CCrypto
package import Tensors

/// The SHA-256 of a mapped file, computed along with the reading of its parts, so that its bytes come from the
/// disk once.
package final class RunningDigest {
  private let file: MappedFile
  private let digest: Digest
  private var done = 0

  /// Throws iff OpenSSL does not offer it.
  package init(of file: MappedFile) throws(Diagnostic) {
    self.file = file
    digest = try Digest(EVP_sha256(), "SHA-256", file.path)
  }

  /// Adds the bytes up to `end` that are not added yet, and gives their pages back: whoever reads them next finds
  /// them in the system's cache.
  package func advance(to end: Int) throws(Diagnostic) {
    while done < end {
      let piece = done..<min(done + TensorDraft.chunk, end)
      try file.withBytes(in: piece) { bytes throws(Diagnostic) in try digest.add(bytes) }
      file.advise(willNeed: false, piece)
      done = piece.upperBound
    }
  }

  /// The digest of the whole file, in lower-case hexadecimal. Called once.
  package func finish() throws(Diagnostic) -> String {
    try advance(to: file.count)
    return try digest.finish()
  }
}
