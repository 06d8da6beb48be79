import CCrypto
import Tensors

/// A digest in the making.
struct Digest: ~Copyable {
  private let context: OpaquePointer
  private let name: String
  private let path: String

  init(_ algorithm: OpaquePointer?, _ name: String, _ path: String) throws(Diagnostic) {
    guard let context = EVP_MD_CTX_new() else { throw .unavailable(name, path) }
    guard EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw .unavailable(name, path)
    }
    (self.context, self.name, self.path) = (context, name, path)
  }

  deinit { EVP_MD_CTX_free(context) }

  func add(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      throw .unavailable(name, path)
    }
  }

  func add(_ text: String) throws(Diagnostic) {
    try Array(text.utf8).withUnsafeBytes { bytes in Result { () throws(Diagnostic) in try add(bytes) } }.get()
  }

  /// The digest of all that was added, once.
  func finish() throws(Diagnostic) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &digest, &count) == 1 else { throw .unavailable(name, path) }
    return digest.prefix(Int(count)).reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}

extension Diagnostic {
  fileprivate static func unavailable(_ name: String, _ path: String) -> Diagnostic {
    Diagnostic("\(name) cannot be computed", at: path, kind: .software)
  }
}
