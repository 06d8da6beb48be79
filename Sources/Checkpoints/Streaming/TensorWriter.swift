package import Tensors

/// A file of tensors in the making: they are declared first and then given one by one and in pieces, so that no
/// more than one piece is ever in memory.
///
/// The file appears at `commit()`, whole; until then what was there stays. See `AtomicFile`.
package protocol TensorWriter: ~Copyable {
  /// Puts the next `bytes` of the tensor called `name`. Throws iff none is declared, it has no room for them
  /// or they cannot be written.
  mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic)

  /// Puts other metadata in the place of what was declared: what is known only when all is read. Throws iff it
  /// takes another number of bytes.
  mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic)

  /// Gives the file its name. Throws iff a declared tensor lacks bytes, or the file cannot be committed.
  consuming func commit() throws(Diagnostic)
}
