package import Tensors

extension Checkpoint {
  /// Writes `tensors` to `path` as its extension says, `.safetensors` or `.npz`; what was there stays until
  /// all is written.
  ///
  /// Throws iff the extension is another, the format cannot hold them, or the file cannot be written.
  package static func write(_ tensors: [(name: Name, tensor: Tensor)], to path: String) throws(Diagnostic) {
    if path.hasSuffix(".npz") { return try NPZ.write(tensors, to: path) }
    guard path.hasSuffix(".safetensors") else { throw .unknownExtension(path) }
    try SafetensorsWriter.write(tensors, to: path)
  }
}

extension Diagnostic {
  fileprivate static func unknownExtension(_ path: String) -> Diagnostic {
    Diagnostic(
      "tensors cannot be written to \(path); expected a name that ends in .safetensors or .npz", at: path,
      kind: .usage)
  }
}
