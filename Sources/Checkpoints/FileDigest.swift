import CCrypto
package import Tensors

/// The SHA-256 of a file, in lower-case hexadecimal.
package enum FileDigest {
  /// Reads the file once, a few MiB at a time. `progress` is told the bytes read so far; what it throws ends
  /// the reading. Throws iff the file cannot be read.
  package static func sha256(
    of path: String, progress: (Int) throws(Diagnostic) -> Void = { _ in }
  ) throws(Diagnostic) -> String {
    let file = try InputFile(path: path)
    guard let context = EVP_MD_CTX_new() else { throw .unavailable(path) }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw .unavailable(path) }
    var offset = 0
    while offset < file.count {
      let piece = try file.read(offset..<min(offset + pieceSize, file.count))
      guard EVP_DigestUpdate(context, piece, piece.count) == 1 else { throw .unavailable(path) }
      offset += piece.count
      try progress(offset)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw .unavailable(path) }
    return digest.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }

  private static let pieceSize = 4 << 20
}

extension Diagnostic {
  fileprivate static func unavailable(_ path: String) -> Diagnostic {
    Diagnostic("SHA-256 cannot be computed", at: path, kind: .software)
  }
}
