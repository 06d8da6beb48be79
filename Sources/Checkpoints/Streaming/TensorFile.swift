package import Tensors

/// A file in which tensors have their places, and are given in any order and in pieces: what the writers of all
/// formats share.
package struct TensorFile: ~Copyable {
  /// For what stands around the tensors.
  package var file: AtomicFile
  private let names: [Name]
  private var slots: [Name: Slot]

  private struct Slot {
    let type: TensorType
    let start: Int
    var written = 0
    var room: Int { (type.byteCount ?? 0) - written }
  }

  /// `tensors` begin at their `starts` in `file`, and no two have the same name.
  package init(_ file: consuming AtomicFile, _ tensors: [(name: Name, type: TensorType)], at starts: [Int]) {
    self.file = file
    names = tensors.map(\.name)
    slots = Dictionary(
      zip(tensors, starts).map { ($0.name, Slot(type: $0.type, start: $1)) }, uniquingKeysWith: { $1 })
  }

  /// The first byte of each tensor, in the order of their declaration.
  package var starts: [Int] { names.compactMap { slots[$0]?.start } }

  /// Whether a tensor called `name` has a place here.
  package func has(_ name: Name) -> Bool { slots[name] != nil }

  /// Throws iff no tensor called `name` was declared, or one of another type.
  package func expect(_ type: TensorType, for name: Name) throws(Diagnostic) {
    guard let slot = slots[name] else { throw .undeclared(name, file.path) }
    guard slot.type == type else { throw .wrongType(type, slot.type, name, file.path) }
  }

  /// Puts the next `bytes` of the tensor called `name`. Throws iff none is declared, it has no room for them
  /// or they cannot be written.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    guard let slot = slots[name] else { throw .undeclared(name, file.path) }
    guard bytes.count <= slot.room else {
      throw .tooMany(bytes.count, slot.room, slot.type, name, file.path)
    }
    try file.write(bytes, at: slot.start + slot.written)
    slots[name]?.written += bytes.count
  }

  /// The file, to be committed. Throws iff a tensor lacks bytes.
  package consuming func whole() throws(Diagnostic) -> AtomicFile {
    for name in names {
      guard let slot = slots[name], slot.room == 0 else {
        throw .incomplete(name, slots[name]?.written ?? 0, file.path)
      }
    }
    return file
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
}
