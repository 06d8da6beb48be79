package import Tensors

/// A tensor to be written: what it will be called, its type, and the stretches of other tensors whose
/// elements, one behind the other, are its own.
package struct TensorDraft: Sendable {
  package let name: Name
  /// As written: the elements of the pieces may be cast to it.
  package let type: TensorType
  package let pieces: [Piece]

  /// Bytes of a tensor.
  package struct Piece: Sendable {
    package let entry: Checkpoint.Entry
    package let range: Range<Int>

    /// Throws iff `range` does not lie inside the bytes of `entry`.
    package init(_ entry: Checkpoint.Entry, _ range: Range<Int>) throws(Diagnostic) {
      guard range.lowerBound >= 0, range.upperBound <= entry.byteCount else {
        throw .outside(range, entry.type)
      }
      (self.entry, self.range) = (entry, range)
    }

    package init(_ entry: Checkpoint.Entry) { (self.entry, range) = (entry, 0..<entry.byteCount) }
  }

  /// Throws iff the pieces are not as many elements as `type` says, or cannot be cast to it.
  package init(_ name: Name, _ type: TensorType, _ pieces: [Piece]) throws(Diagnostic) {
    var bits = 0
    for piece in pieces {
      let element = piece.entry.type.element
      guard element == type.element || FloatCast.elements.isSuperset(of: [element, type.element]) else {
        throw .notCast(name, element, type.element)
      }
      bits += piece.range.count * 8 / element.bits * type.element.bits
    }
    guard type.byteCount == bits / 8 else { throw .wrongCount(name, type, bits / 8) }
    (self.name, self.type, self.pieces) = (name, type, pieces)
  }

  /// The tensor of a checkpoint as it is.
  package init(_ entry: Checkpoint.Entry) { (name, type, pieces) = (entry.name, entry.type, [Piece(entry)]) }

  package init(_ name: Name, _ tensor: Tensor) { self.init(Checkpoint.Entry(name, tensor)) }

  /// The same tensor in elements of another type, or as it is iff it holds no floats that can be cast.
  package func cast(to element: DType) -> TensorDraft {
    guard FloatCast.elements.isSuperset(of: [type.element, element]),
      let cast = try? TensorDraft(name, TensorType(element, type.dims), pieces)
    else { return self }
    return cast
  }

  /// The same tensor under another name.
  package func renamed(_ name: Name) -> TensorDraft { TensorDraft(name, type, sharing: pieces) }

  private init(_ name: Name, _ type: TensorType, sharing pieces: [Piece]) {
    (self.name, self.type, self.pieces) = (name, type, pieces)
  }

  package var byteCount: Int { type.byteCount ?? 0 }

  /// Bytes that have to be read for it.
  package var sourceByteCount: Int { pieces.reduce(0) { $0 + $1.range.count } }

  /// Bytes read, cast and written at a time; a multiple of every element's.
  static let chunk = 4 << 20
}

extension TensorDraft {
  /// Hands `write` the tensor's bytes as written, in order and a few MiB at a time, and returns what the cast
  /// lost. Mapped pages are given back as soon as they are read; `willRead` is told of each stretch before.
  package func stream(
    willRead: (MappedFile, _ end: Int) throws(Diagnostic) -> Void = { (_, _) throws(Diagnostic) in },
    _ write: (UnsafeRawBufferPointer) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> CastLoss {
    var loss = CastLoss()
    for piece in pieces {
      let from = piece.entry.type.element
      if from == type.element {
        try piece.forEachChunk(willRead, write)
        loss.count += piece.range.count * 8 / from.bits
      } else if var cast = FloatCast(from: from, to: type.element) {
        var buffer: [UInt8] = []
        try piece.forEachChunk(willRead) { bytes throws(Diagnostic) in
          let size = bytes.count / (from.bits / 8) * (type.element.bits / 8)
          if buffer.count < size { buffer = Array(repeating: 0, count: size) }
          buffer.withUnsafeMutableBytes { cast.convert(bytes, into: .init(rebasing: $0[..<size])) }
          let outcome = buffer.withUnsafeBytes { buffer in
            Result { () throws(Diagnostic) in try write(.init(rebasing: buffer[..<size])) }
          }
          try outcome.get()
        }
        loss.add(cast.loss)
      }
    }
    return loss
  }
}

extension TensorDraft.Piece {
  fileprivate func forEachChunk(
    _ willRead: (MappedFile, Int) throws(Diagnostic) -> Void,
    _ body: (UnsafeRawBufferPointer) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let tensor = try entry.tensor
    var start = range.lowerBound
    while start < range.upperBound {
      let part = start..<min(start + TensorDraft.chunk, range.upperBound)
      let place = tensor.mapping.map { ($0.file, $0.range.lowerBound + part.lowerBound) }
      if let (file, offset) = place { try willRead(file, offset + part.count) }
      try tensor.withBytes { bytes throws(Diagnostic) in try body(.init(rebasing: bytes[part])) }
      if let (file, offset) = place { file.advise(willNeed: false, offset..<(offset + part.count)) }
      start = part.upperBound
    }
  }
}

extension Diagnostic {
  fileprivate static func outside(_ range: Range<Int>, _ type: TensorType) -> Diagnostic {
    Diagnostic("bytes \(range) are asked of \(type)", kind: .software)
  }
  fileprivate static func notCast(_ name: Name, _ from: DType, _ to: DType) -> Diagnostic {
    Diagnostic("tensor \(name.quoted) is \(from), which cannot be cast to \(to)")
  }
  fileprivate static func wrongCount(_ name: Name, _ type: TensorType, _ count: Int) -> Diagnostic {
    Diagnostic("tensor \(name.quoted), \(type), is made of \(count) bytes", kind: .software)
  }
}
