/// Values of a known type, in row-major order: owned bytes, pages of their own, or a range of a mapped file.
package struct Tensor: Sendable {
  /// Every dim is fixed and the bytes are exactly those of the type.
  package let type: TensorType
  private let storage: Storage

  private enum Storage: Sendable {
    case owned([UInt8])
    case pages(Pages)
    case mapped(MappedFile, Range<Int>)
  }

  /// Memory that was filled once and is only read since.
  private final class Pages: Sendable {
    let arena: Arena
    init(_ arena: consuming Arena) { self.arena = arena }
  }

  /// Throws iff `bytes` are not as many as `type` says.
  package init(_ type: TensorType, bytes: [UInt8]) throws(Diagnostic) {
    guard type.byteCount == bytes.count else { throw .sizeMismatch(type, bytes.count) }
    (self.type, storage) = (type, .owned(bytes))
  }

  private init(_ type: TensorType, _ pages: Pages) throws(Diagnostic) {
    guard type.byteCount == pages.arena.byteCount else { throw .sizeMismatch(type, pages.arena.byteCount) }
    (self.type, storage) = (type, .pages(pages))
  }

  /// Throws iff `range` is not inside `file` or not as long as `type` says.
  package init(_ type: TensorType, in file: MappedFile, at range: Range<Int>) throws(Diagnostic) {
    guard type.byteCount == range.count, range.lowerBound >= 0, range.upperBound <= file.count
    else { throw .sizeMismatch(type, range.count) }
    (self.type, storage) = (type, .mapped(file, range))
  }

  /// A tensor in pages of its own, which `fill` writes from the first byte to the last.
  ///
  /// The system gives a page only when it is written to: a type larger than what `fill` can bring costs no
  /// memory. Throws iff a dim is open, the address space does not suffice, or `fill` throws.
  package init(
    _ type: TensorType, filling fill: (UnsafeMutableRawBufferPointer) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    guard let byteCount = type.byteCount else { throw .sizeMismatch(type, 0) }
    let arena = try Arena(byteCount: byteCount, for: "a tensor of \(type)")
    try fill(UnsafeMutableRawBufferPointer(start: arena.address(of: 0..<byteCount), count: byteCount))
    (self.type, storage) = (type, .pages(Pages(arena)))
  }

  /// The lengths of the axes.
  package var shape: [Int] { type.shape ?? [] }
  /// How many elements.
  package var count: Int { type.count ?? 0 }
  package var byteCount: Int { type.byteCount ?? 0 }

  /// The mapped file and the bytes' place in it, or `nil` iff the bytes are in memory.
  package var mapping: (file: MappedFile, range: Range<Int>)? {
    guard case .mapped(let file, let range) = storage else { return nil }
    return (file, range)
  }

  /// Where the bytes lie for as long as a copy of this tensor lives, aligned to nothing; `nil` iff they lie
  /// nowhere for long.
  package var address: UnsafeRawPointer? {
    switch storage {
    case .owned: nil
    case .pages(let pages): UnsafeRawPointer(pages.arena.address(of: 0..<byteCount))
    case .mapped(let file, let range): file.withBytes(in: range) { $0.baseAddress }
    }
  }

  /// Calls `body` with the bytes. A mapped tensor's are aligned to nothing: load them unaligned.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .mapped(let file, let range):
      return try file.withBytes(in: range, body)
    case .pages(let pages):
      let start = pages.arena.address(of: 0..<byteCount)
      return try body(UnsafeRawBufferPointer(start: start, count: byteCount))
    case .owned(let bytes):
      let outcome = bytes.withUnsafeBytes { buffer -> Swift.Result<Result, Failure> in
        do throws(Failure) { return .success(try body(buffer)) } catch { return .failure(error) }
      }
      return try outcome.get()
    }
  }

  /// The same elements under other lengths. Throws iff `shape` holds another number of elements.
  package func reshaped(_ shape: [Int]) throws(Diagnostic) -> Tensor {
    try viewed(as: TensorType(type.element, shape: shape))
  }

  /// The same bytes as elements of another type. Throws iff that has another number of bits.
  package func reading(as element: DType) throws(Diagnostic) -> Tensor {
    try viewed(as: TensorType(element, type.dims))
  }

  private func viewed(as type: TensorType) throws(Diagnostic) -> Tensor {
    switch storage {
    case .owned(let bytes): return try Tensor(type, bytes: bytes)
    case .pages(let pages): return try Tensor(type, pages)
    case .mapped(let file, let range): return try Tensor(type, in: file, at: range)
    }
  }
}

extension Diagnostic {
  fileprivate static func sizeMismatch(_ type: TensorType, _ count: Int) -> Diagnostic {
    Diagnostic(
      "\(type) takes \(type.byteCount.map(String.init) ?? "an unknown number of") bytes, but there are \(count)"
    )
  }
}
