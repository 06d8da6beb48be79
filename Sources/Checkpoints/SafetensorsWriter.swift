package import Tensors

/// Writes a safetensors file whose tensors are declared first and then given one by one, in any order and in
/// pieces, so that no more than one piece is ever in memory.
///
///     var writer = try SafetensorsWriter(to: path, declaring: [("w", .f32(3, 4))], metadata: [("format", "pt")])
///     try writer.write(tensor, to: "w")
///     try writer.commit()
///
/// The file appears at `commit()`, whole; until then what was there stays. See `AtomicFile`.
package struct SafetensorsWriter: TensorWriter, ~Copyable {
  private var file: AtomicFile
  private var layout: SafetensorsLayout
  private var written: [Name: Int] = [:]

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
    self.file = file
    self.layout = layout
  }

  /// The declared names in the order of their bytes in the file: the fastest order to give them in.
  package var names: [Name] { layout.names }

  /// Puts the next `bytes` of the tensor called `name`. Throws iff none is declared, it has no room for them
  /// or they cannot be written.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    guard let slot = layout.slots[name] else { throw .undeclared(name, file.path) }
    let done = written[name] ?? 0
    guard bytes.count <= slot.range.count - done else {
      throw .tooMany(bytes.count, slot.range.count - done, slot.type, name, file.path)
    }
    try file.write(bytes, at: slot.range.lowerBound + done)
    written[name] = done + bytes.count
  }

  /// Puts all of `tensor`. Throws iff it is not what was declared under `name` or cannot be written.
  package mutating func write(_ tensor: Tensor, to name: Name) throws(Diagnostic) {
    guard let slot = layout.slots[name] else { throw .undeclared(name, file.path) }
    guard slot.type == tensor.type else { throw .wrongType(tensor.type, slot.type, name, file.path) }
    let outcome = tensor.withBytes { bytes in
      Result { () throws(Diagnostic) in try write(bytes, to: name) }
    }
    try outcome.get()
  }

  /// Puts other metadata in the place of what was declared: what is known only when all is read. Throws iff it
  /// takes another number of bytes.
  package mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    let slots = layout.slots
    let declared = layout.names.compactMap { name in slots[name].map { (name, $0.type) } }
    let other = try SafetensorsLayout(declared, metadata: metadata)
    guard other.size == layout.size else { throw .otherSize(layout.size, other.size, file.path) }
    layout = other
    let outcome = layout.header.withUnsafeBytes { header in
      Result { () throws(Diagnostic) in try file.write(header, at: 0) }
    }
    try outcome.get()
  }

  /// Gives the file its name. Throws iff a declared tensor lacks bytes, or the file cannot be committed.
  package consuming func commit() throws(Diagnostic) {
    for name in layout.names {
      guard let slot = layout.slots[name], slot.range.count == written[name] ?? 0 else {
        throw .incomplete(name, written[name] ?? 0, file.path)
      }
    }
    try file.commit()
  }

  /// Writes `tensors` to `path` as one file.
  package static func write(
    _ tensors: [(name: Name, tensor: Tensor)], metadata: [(key: Name, value: String)] = [],
    to path: String
  ) throws(Diagnostic) {
    var writer = try SafetensorsWriter(
      to: path, declaring: tensors.map { ($0.name, $0.tensor.type) }, metadata: metadata)
    for (name, tensor) in tensors { try writer.write(tensor, to: name) }
    try writer.commit()
  }
}

extension Diagnostic {
  fileprivate static func undeclared(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("tensor \(name.quoted) was not declared for this file", at: path, kind: .software)
  }
  fileprivate static func tooMany(
    _ count: Int, _ room: Int, _ type: TensorType, _ name: Name, _ path: String
  ) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted), \(type), has room for \(room) more bytes, but is given \(count)", at: path,
      kind: .software)
  }
  fileprivate static func wrongType(
    _ found: TensorType, _ declared: TensorType, _ name: Name, _ path: String
  ) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted) is \(found), but \(declared) was declared for this file", at: path,
      kind: .software)
  }
  fileprivate static func otherSize(_ size: Int, _ other: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "the file was declared with \(size) bytes, but other metadata would make it \(other)", at: path,
      kind: .software)
  }
  fileprivate static func incomplete(_ name: Name, _ count: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted) was declared for this file, but only \(count) of its bytes were given",
      at: path, kind: .software)
  }
}
