import CCrypto
package import Tensors

/// A safetensors file that carries the SHA-256 of all that it says, so that a torn or rotten one is known for
/// what it is before anything is taken from it.
package enum SealedCheckpoint {
  /// The metadata key of the digest.
  private static let key: Name = "sha256"

  /// Writes the tensors to `path`. `give` is asked for each in the order of the file and hands its bytes over in
  /// pieces.
  ///
  /// Throws what `give` throws, or iff the file cannot be written; what stood there before stays then.
  package static func write(
    to path: String, declaring tensors: [(name: Name, type: TensorType)],
    metadata: [(key: Name, value: String)],
    give: (Name, _ take: (UnsafeRawBufferPointer) throws(Diagnostic) -> Void) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let unsealed = [(key: key, value: String(repeating: "0", count: 64))]
    var writer = try SafetensorsWriter(to: path, declaring: tensors, metadata: metadata + unsealed)
    let digest = try begin(metadata, path)
    for name in writer.names {
      try give(name) { (bytes) throws(Diagnostic) in
        try digest.add(bytes)
        try writer.write(bytes, to: name)
      }
    }
    try writer.replace(metadata: metadata + [(key, try digest.finish())])
    try writer.commit()
  }

  /// Opens the file and reads all of it. Throws iff it cannot be read, has no seal, or holds something else than
  /// was sealed.
  package static func open(path: String) throws(Diagnostic) -> Checkpoint {
    let checkpoint = try Checkpoint.open(path: path)
    guard let sealed = checkpoint.metadata(key) else { throw .unsealed(path) }
    let digest = try begin(checkpoint.metadata.filter { $0.key != key }, path)
    for entry in checkpoint.entries {
      let tensor = try entry.tensor
      try tensor.withBytes { bytes in Result { () throws(Diagnostic) in try digest.add(bytes) } }.get()
    }
    let found = try digest.finish()
    guard found == sealed else { throw .broken(path, found, sealed) }
    return checkpoint
  }

  /// A digest of the metadata, whatever its order.
  private static func begin(_ metadata: [(key: Name, value: String)], _ path: String) throws(Diagnostic)
    -> Digest
  {
    let digest = try Digest(EVP_sha256(), "SHA-256", path)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      try digest.add("\(key.text.utf8.count) \(key)\(value.utf8.count) \(value)")
    }
    return digest
  }
}

extension Diagnostic {
  fileprivate static func unsealed(_ path: String) -> Diagnostic {
    Diagnostic("the file has no SHA-256 in its metadata, so that it cannot be known to be whole", at: path)
  }
  fileprivate static func broken(_ path: String, _ found: String, _ sealed: String) -> Diagnostic {
    Diagnostic(
      "the content has SHA-256 \(found.prefix(12))…, but was written with \(sealed.prefix(12))…", at: path,
      help: "the file is damaged: use another")
  }
}
