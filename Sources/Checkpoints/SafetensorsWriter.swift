package import Tensors

/// Writes a safetensors file.
package struct SafetensorsWriter: TensorWriter, ~Copyable {
  private var tensors: TensorFile
  private var layout: SafetensorsLayout

  /// Throws iff a name or a metadata key comes twice, a type is open or breaks a limit of the format, or
  /// `path` cannot be written.
  package init(
    to path: String, declaring tensors: [(name: Name, type: TensorType)],
    metadata: [(key: Name, value: String)] = []
  ) throws(Diagnostic) {
    let layout: SafetensorsLayout
    do throws(Diagnostic) {
      layout = try SafetensorsLayout(tensors, metadata: metadata)
    } catch { throw error.located(at: path) }
    var file = try AtomicFile(replacing: path, expecting: layout.size)
    try file.write(layout.header)
    self.tensors = TensorFile(file, layout.tensors, at: layout.starts)
    self.layout = layout
  }

  /// The declared names in the order of their bytes in the file: the fastest order to give them in.
  package var names: [Name] { layout.tensors.map(\.name) }

  package func expect(_ type: TensorType, for name: Name) throws(Diagnostic) {
    try tensors.expect(type, for: name)
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    try tensors.write(bytes, to: name)
  }

  /// Throws iff the header takes another number of bytes then.
  package mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    let other = try SafetensorsLayout(layout.tensors, metadata: metadata)
    guard other.size == layout.size else { throw .otherSize(layout.size, other.size, tensors.file.path) }
    layout = other
    try tensors.file.write(layout.header, at: 0)
  }

  package consuming func commit() throws(Diagnostic) { try tensors.whole().commit() }
}

extension Diagnostic {
  fileprivate static func otherSize(_ size: Int, _ other: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "the file was declared with \(size) bytes, but other metadata would make it \(other)", at: path,
      kind: .software)
  }
}
