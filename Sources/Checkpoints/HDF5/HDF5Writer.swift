import ReaderPipe
package import Tensors

/// Writes an HDF5 file whose tensors are declared first and then given one by one, in any order and in pieces:
/// flat dataset names as those of h5py's state dicts, in one piece each, metadata as string attributes of the
/// root group.
///
///     var writer = try HDF5Writer(to: path, declaring: [("w", .f32(3, 4))], metadata: [("format", "pt")])
///     try writer.write(tensor, to: "w")
///     try writer.commit()
///
/// Element types that HDF5 lacks are stored as unsigned integers with an attribute `dtype`, as Keras 3 does
/// (`keras/src/saving/saving_lib.py`, `H5Entry`): `bfloat16`, `float8_e4m3fn` and so on, in the words of
/// ml_dtypes. The headers are made by `foley-reader`, the elements are written from here. The file appears at
/// `commit()`, whole; until then what was there stays. See `AtomicFile`.
package struct HDF5Writer: TensorWriter, ~Copyable {
  private var file: AtomicFile
  private let tensors: [(name: Name, type: TensorType)]
  /// The type, the first byte and how many bytes were written, of each tensor.
  private var slots: [Name: Slot]

  private struct Slot {
    let type: TensorType
    let start: Int
    var written = 0
    var byteCount: Int { type.byteCount ?? 0 }
  }

  /// Throws iff a name or metadata key comes twice or cannot stand in such a file, a type is open or of
  /// elements that it cannot hold, or `path` cannot be written.
  package init(
    to path: String, declaring tensors: [(name: Name, type: TensorType)],
    metadata: [(key: Name, value: String)] = []
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      let plan = try HDF5Plan(tensors, metadata: metadata)
      var file = try AtomicFile(replacing: path, expecting: plan.size)
      let starts = try plan.create(in: &file)
      self.file = file
      self.tensors = tensors
      slots = Dictionary(
        zip(tensors, starts).map { ($0.name, Slot(type: $0.type, start: $1)) }, uniquingKeysWith: { $1 })
    } catch { throw error.located(at: path) }
  }

  /// Puts the next `bytes` of the tensor called `name`. Throws iff none is declared, it has no room for them
  /// or they cannot be written.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    guard var slot = slots[name] else { throw .undeclared(name, file.path) }
    guard bytes.count <= slot.byteCount - slot.written else {
      throw .tooMany(bytes.count, slot.byteCount - slot.written, slot.type, name, file.path)
    }
    try file.write(bytes, at: slot.start + slot.written)
    slot.written += bytes.count
    slots[name] = slot
  }

  /// Puts all of `tensor`. Throws iff it is not what was declared under `name` or cannot be written.
  package mutating func write(_ tensor: Tensor, to name: Name) throws(Diagnostic) {
    guard let slot = slots[name] else { throw .undeclared(name, file.path) }
    guard slot.type == tensor.type else { throw .wrongType(tensor.type, slot.type, name, file.path) }
    let outcome = tensor.withBytes { bytes in
      Result { () throws(Diagnostic) in try write(bytes, to: name) }
    }
    try outcome.get()
  }

  /// Puts other metadata in the place of what was declared: what is known only when all is written. Throws iff
  /// it cannot stand in such a file or be written.
  package mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    do throws(Diagnostic) {
      // The same datasets take the same places: their headers are made anew around the elements.
      let starts = try HDF5Plan(tensors, metadata: metadata).create(in: &file)
      guard zip(tensors, starts).allSatisfy({ slots[$0.name]?.start == $1 }) else { throw .moved }
    } catch { throw error.located(at: file.path) }
  }

  /// Gives the file its name. Throws iff a declared tensor lacks bytes, or the file cannot be committed.
  package consuming func commit() throws(Diagnostic) {
    for (name, _) in tensors {
      guard let slot = slots[name], slot.written == slot.byteCount else {
        throw .incomplete(name, slots[name]?.written ?? 0, file.path)
      }
    }
    try file.commit()
  }

  /// Writes `tensors` to `path` as one file.
  package static func write(
    _ tensors: [(name: Name, tensor: Tensor)], metadata: [(key: Name, value: String)] = [], to path: String
  ) throws(Diagnostic) {
    var writer = try HDF5Writer(
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
  fileprivate static func incomplete(_ name: Name, _ count: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted) was declared for this file, but only \(count) of its bytes were given",
      at: path, kind: .software)
  }
  fileprivate static var moved: Diagnostic {
    Diagnostic("HDF5 gave a dataset another place when its file was made anew", kind: .software)
  }
}
