import Tensors

extension TensorData {
  /// The data as elements of `type`: a range of the file where they lie there as they are used, else decoded.
  ///
  /// Throws iff they are not as many as `type` says or in a field that such elements do not have.
  func tensor(_ type: TensorType, from source: inout ModelSource) throws(Diagnostic) -> Tensor {
    guard let count = type.count, let size = type.byteCount else { throw .unsized(type) }
    guard let field else {
      guard count == 0 else { throw .noData(type) }
      return try Tensor(type, bytes: [])
    }
    if field == .raw {
      guard last.count == size else { throw .wrongSize(type, size, last.count) }
      return try Tensor(type, in: source.file, at: last).withCanonicalTruths(notes: &source.notes)
    }
    guard type.element.fields.contains(field) else {
      throw .wrongField(type.element, field)
    }
    if !field.isVarint, pieces == 1, last.count == size {
      return try Tensor(type, in: source.file, at: last)
    }
    let file = source.file
    let bytes = try file.withBytes(in: 0..<file.count) { bytes throws(Diagnostic) in
      field.isVarint ? try integers(type, field, count, in: bytes) : try floats(type, size, in: bytes)
    }
    return try Tensor(type, bytes: bytes).withCanonicalTruths(notes: &source.notes)
  }

  /// The strings of a tensor of `count` strings. Throws iff they are not as many.
  func strings(_ count: Int, in file: MappedFile) throws(Diagnostic) -> [[UInt8]] {
    guard field == .string || field == nil else { throw .stringsElsewhere(field ?? .raw) }
    guard pieces == count else { throw .wrongCount(pieces, count) }
    guard count <= ReadingLimits.list else { throw .tooManyStrings(count) }
    var strings: [[UInt8]] = []
    strings.reserveCapacity(count)
    try file.withBytes(in: 0..<file.count) { bytes throws(Diagnostic) in
      try forEachPiece(in: bytes) { range in
        strings.append(Array(UnsafeRawBufferPointer(rebasing: bytes[range])))
      }
    }
    return strings
  }

  /// The bytes of `float_data` and `double_data`, which are those of the elements, from all pieces.
  private func floats(_ type: TensorType, _ size: Int, in bytes: UnsafeRawBufferPointer) throws(Diagnostic)
    -> [UInt8]
  {
    guard size <= place.count else { throw .wrongSize(type, size, place.count) }
    var result: [UInt8] = []
    result.reserveCapacity(size)
    try forEachPiece(in: bytes) { range throws(Diagnostic) in
      guard range.count <= size - result.count else {
        throw .wrongSize(type, size, result.count + range.count)
      }
      result.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
    guard result.count == size else { throw .wrongSize(type, size, result.count) }
    return result
  }

  /// The elements that `int32_data`, `int64_data` or `uint64_data` hold, as bytes.
  private func integers(_ type: TensorType, _ field: Field, _ count: Int, in bytes: UnsafeRawBufferPointer)
    throws(Diagnostic) -> [UInt8]
  {
    var packing = IntegerPacking(type.element, count, isSigned: field == .int32)
    // A number takes at least a byte of the file: memory is asked for only after that is known.
    guard packing.entries <= place.count else { throw .wrongEntries(field, type, packing.entries, nil) }
    packing.reserve()
    try forEachPiece(in: bytes) { range throws(Diagnostic) in
      var cursor = WireCursor(bytes, in: range)
      while !cursor.isAtEnd {
        let number = try cursor.varint()
        guard packing.taken < packing.entries else {
          throw .wrongEntries(field, type, packing.entries, nil)
        }
        let entry = field == .int32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: number))) : number
        guard packing.take(entry) else { throw .doesNotFit(Int64(bitPattern: entry), type.element) }
      }
    }
    guard packing.taken == packing.entries else {
      throw .wrongEntries(field, type, packing.entries, packing.taken)
    }
    return packing.bytes
  }
}

extension DType {
  /// The fields that may hold elements of this type other than `raw_data`; `onnx.proto`, `TensorProto`.
  fileprivate var fields: [TensorData.Field] {
    switch self {
    case .f32, .c64: [.float]
    case .f64, .c128: [.double]
    case .i64: [.int64]
    case .u32, .u64: [.uint64]
    default: [.int32]
    }
  }
}

extension Tensor {
  /// The same tensor, every truth value that is not 0 made 1, which is what the format allows.
  func withCanonicalTruths(notes: inout Notes) throws(Diagnostic) -> Tensor {
    guard type.element == .bool, withBytes({ $0.contains { $0 > 1 } }) else { return self }
    notes.add("truths", "a tensor of truth values has bytes other than 0 and 1, which are read as 1")
    return try Tensor(type, bytes: withBytes { $0.map { $0 == 0 ? 0 : 1 } })
  }
}

extension Diagnostic {
  fileprivate static func unsized(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) takes more bytes than 63 bits count")
  }
  fileprivate static func noData(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) has no data")
  }
  fileprivate static func wrongSize(_ type: TensorType, _ size: Int, _ found: Int) -> Diagnostic {
    Diagnostic("\(type) takes \(size) bytes, but there are \(found)")
  }
  fileprivate static func wrongEntries(
    _ field: TensorData.Field, _ type: TensorType, _ expected: Int, _ found: Int?
  ) -> Diagnostic {
    Diagnostic(
      "\(type) takes \(expected) numbers of \(field.name), but there are \(found.map(String.init) ?? "others")"
    )
  }
  fileprivate static func wrongField(_ element: DType, _ field: TensorData.Field) -> Diagnostic {
    Diagnostic(
      "elements of type \(element) are in \(field.name); expected \(element.fields.map(\.name).joined(separator: " or ")) or raw_data"
    )
  }
  fileprivate static func doesNotFit(_ number: Int64, _ element: DType) -> Diagnostic {
    Diagnostic("int32_data or uint64_data has \(number), which does not fit an element of type \(element)")
  }
  fileprivate static func stringsElsewhere(_ field: TensorData.Field) -> Diagnostic {
    Diagnostic("the elements are strings, but the data are in \(field.name); expected string_data")
  }
  fileprivate static func wrongCount(_ found: Int, _ expected: Int) -> Diagnostic {
    Diagnostic("there are \(found) strings; the shape takes \(expected)")
  }
  fileprivate static func tooManyStrings(_ count: Int) -> Diagnostic {
    Diagnostic("there are \(count) strings; at most \(ReadingLimits.list) are allowed")
  }
}
