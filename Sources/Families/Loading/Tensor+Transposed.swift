import Checkpoints
import Tensors

extension TensorDraft {
  /// The matrix with rows and columns exchanged, made whenever it is asked for: in memory then, and the draft's
  /// own elements beside it. Throws iff it is no matrix.
  func transposed(_ name: Name) throws(Diagnostic) -> Checkpoint.Entry {
    guard type.rank == 2 else { throw .notTransposed(type) }
    return Checkpoint.Entry(name, TensorType(type.element, type.dims.reversed())) { () throws(Diagnostic) in
      try self.assembled().transposed()
    }
  }

  private func assembled() throws(Diagnostic) -> Tensor {
    try Tensor(type) { (target) throws(Diagnostic) in
      var end = 0
      _ = try stream { bytes in
        UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyMemory(from: bytes)
        end += bytes.count
      }
    }
  }
}

extension Tensor {
  /// The matrix with rows and columns exchanged. Throws iff it is none, or its elements are not 8, 16, 32 or 64
  /// bits wide.
  func transposed() throws(Diagnostic) -> Tensor {
    switch type.element.bits {
    case 8: try transposed(as: UInt8.self)
    case 16: try transposed(as: UInt16.self)
    case 32: try transposed(as: UInt32.self)
    case 64: try transposed(as: UInt64.self)
    default: throw .notTransposed(type)
    }
  }

  private func transposed<Word: BitwiseCopyable>(as _: Word.Type) throws(Diagnostic) -> Tensor {
    guard shape.count == 2 else { throw .notTransposed(type) }
    let (rows, columns, size) = (shape[0], shape[1], MemoryLayout<Word>.size)
    // A tile of either side stays in the cache.
    let tile = 32
    return try Tensor(TensorType(type.element, shape: [columns, rows])) { (target) throws(Diagnostic) in
      withBytes { source in
        for row in stride(from: 0, to: rows, by: tile) {
          for column in stride(from: 0, to: columns, by: tile) {
            for i in row..<min(row + tile, rows) {
              for j in column..<min(column + tile, columns) {
                let word = source.loadUnaligned(fromByteOffset: (i * columns + j) * size, as: Word.self)
                target.storeBytes(of: word, toByteOffset: (j * rows + i) * size, as: Word.self)
              }
            }
          }
        }
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func notTransposed(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) is no matrix of whole bytes", kind: .software)
  }
}
