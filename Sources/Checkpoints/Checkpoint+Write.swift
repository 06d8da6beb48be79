package import Tensors

extension Checkpoint {
  /// Writes `tensors` to `path` in the format of its extension; what was there stays until all is written.
  ///
  /// Throws iff the extension is of no format, the format cannot hold them, or the file cannot be written.
  package static func write(
    _ tensors: [(name: Name, tensor: Tensor)], metadata: [(key: Name, value: String)] = [], to path: String
  ) throws(Diagnostic) {
    let writer = try AnyTensorWriter(
      to: path, declaring: tensors.map { ($0.name, $0.tensor.type) }, metadata: metadata)
    for (name, tensor) in tensors {
      try tensor.withBytes { bytes throws(Diagnostic) in try writer.write(bytes, to: name) }
    }
    try writer.commit()
  }
}
