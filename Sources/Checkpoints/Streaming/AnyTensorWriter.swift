package import Tensors

/// A file of tensors in the making, of whatever format.
package final class AnyTensorWriter {
  private var writer: (any TensorWriter & ~Copyable)?

  /// Of a format that has a writer of its own elsewhere.
  package init(_ writer: consuming some TensorWriter & ~Copyable) { self.writer = consume writer }

  /// The one place where the format of a file of tensors is chosen: by the extension of its name.
  ///
  /// Throws iff the extension is of no format, the format cannot hold the tensors, or the file cannot be made.
  package init(
    to path: String, declaring tensors: [(name: Name, type: TensorType)],
    metadata: [(key: Name, value: String)]
  ) throws(Diagnostic) {
    switch TensorFormat(path: path) {
    case .safetensors:
      writer = try SafetensorsWriter(to: path, declaring: tensors, metadata: metadata)
    case .h5: writer = try HDF5Writer(to: path, declaring: tensors, metadata: metadata)
    case .npz: writer = try NPZWriter(to: path, declaring: tensors)
    case nil: throw .unknownExtension(path)
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    try writer?.write(bytes, to: name)
  }

  package func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    try writer?.replace(metadata: metadata)
  }

  /// Gives the file its name. Called once.
  package func commit() throws(Diagnostic) {
    if let whole = writer.take() { try whole.commit() }
  }
}

/// The formats of files of tensors that are written.
package enum TensorFormat: String, CaseIterable, Sendable {
  case safetensors
  case h5
  case npz

  /// Their extensions, for people.
  package static let list = ".safetensors, .h5 or .npz"

  /// The format that the extension of `path` stands for, or `nil` iff there is none.
  package init?(path: String) {
    guard let format = Self.allCases.first(where: { path.hasSuffix("." + $0.rawValue) }) else { return nil }
    self = format
  }
}

extension Diagnostic {
  fileprivate static func unknownExtension(_ path: String) -> Diagnostic {
    Diagnostic(
      "tensors cannot be written to \(path); expected a name that ends in \(TensorFormat.list)", at: path,
      kind: .usage)
  }
}
