package import Tensors

/// A file of tensors in the making: they are declared first and then given one by one, in any order and in
/// pieces, so that no more than one piece is ever in memory.
///
///     var writer = try SafetensorsWriter(to: path, declaring: [("w", .f32(3, 4))], metadata: [("format", "pt")])
///     try writer.write(tensor, to: "w")
///     try writer.commit()
///
/// The file appears at `commit()`, whole; until then what was there stays. See `AtomicFile`.
package protocol TensorWriter: ~Copyable {
  /// Throws iff no tensor called `name` was declared, or one of another type.
  func expect(_ type: TensorType, for name: Name) throws(Diagnostic)

  /// Puts the next `bytes` of the tensor called `name`. Throws iff none is declared, it has no room for them
  /// or they cannot be written.
  mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic)

  /// Puts other metadata in the place of what was declared: what is known only when all is read. Throws iff the
  /// file has no room for it.
  mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic)

  /// Gives the file its name. Throws iff a declared tensor lacks bytes, or the file cannot be committed.
  consuming func commit() throws(Diagnostic)
}

extension TensorWriter where Self: ~Copyable {
  /// Puts all of `tensor`. Throws iff it is not what was declared under `name` or cannot be written.
  package mutating func write(_ tensor: Tensor, to name: Name) throws(Diagnostic) {
    try expect(tensor.type, for: name)
    let outcome = tensor.withBytes { bytes in
      Result { () throws(Diagnostic) in try write(bytes, to: name) }
    }
    try outcome.get()
  }
}
