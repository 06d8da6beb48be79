import Tensors

/// What stands before the data of a NumPy array file: its type and how long the header is.
///
/// Source: `numpy/lib/format.py`, versions 1.0 to 3.0. Only little-endian, row-major arrays of plain numbers:
/// nothing here unpickles.
struct NPYHeader {
  let type: TensorType
  /// Bytes up to the first element.
  let count: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the header of the array that fills `range` of `file`; `site` names it in errors.
  ///
  /// Throws iff it is none, is of a kind that is not read, or the elements do not fill the rest of the range.
  init(of file: borrowing InputFile, in range: Range<Int>, site: String) throws(Diagnostic) {
    let head = try file.read(range.lowerBound..<min(range.upperBound, range.lowerBound + 12))
    guard head.starts(with: Self.magic), head.count == 12, 1...3 ~= head[6] else {
      throw Diagnostic(.noArray, at: site)
    }
    let isShort = head[6] == 1
    let length = isShort ? Int(head.word16(at: 8)) : Int(head.word32(at: 8))
    let start = range.lowerBound + (isShort ? 10 : 12)
    guard length <= 64 << 10, start + length <= range.upperBound else { throw Diagnostic(.cutOff, at: site) }
    var literal = NPYLiteral(try file.read(start..<start + length), site: site)
    type = try literal.arrayType()
    count = start + length - range.lowerBound
    guard let size = type.byteCount else { throw Diagnostic(.overflow(type), at: site) }
    guard size == range.count - count else {
      throw Diagnostic(.wrongSize(type, size, range.count - count), at: site)
    }
  }

  /// The header that NumPy writes for `type`. Throws iff NumPy has no such element type or a length is open.
  static func printed(_ type: TensorType, site: String) throws(Diagnostic) -> [UInt8] {
    guard let code = type.element.numpy, let shape = type.shape, type.byteCount != nil else {
      throw Diagnostic(.notNumPy(type), at: site, help: "write a .safetensors file")
    }
    let lengths = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count == 1 ? lengths : String(lengths.dropLast())
    let text = "{'descr': '\(code)', 'fortran_order': False, 'shape': (\(tuple)), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: length - text.utf8.count - 1)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF)] + text.utf8 + padding + [0x0A]
  }
}

extension DType {
  /// How NumPy spells the element type, or `nil` iff it has none.
  var numpy: String? {
    switch self {
    case .bool: "|b1"
    case .u8: "|u1"
    case .i8: "|i1"
    case .u16: "<u2"
    case .i16: "<i2"
    case .f16: "<f2"
    case .u32: "<u4"
    case .i32: "<i4"
    case .f32: "<f4"
    case .u64: "<u8"
    case .i64: "<i8"
    case .f64: "<f8"
    case .c64: "<c8"
    case .c128: "<c16"
    case .u2, .i2, .u4, .i4, .bf16, .f4, .f6e2m3, .f6e3m2, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz,
      .f8e5m2fnuz:
      nil
    }
  }
}

extension [UInt8] {
  /// The little-endian number of two bytes at `offset`, which the caller has checked.
  func word16(at offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }
  /// The little-endian number of four bytes at `offset`, which the caller has checked.
  func word32(at offset: Int) -> UInt32 { UInt32(word16(at: offset)) | UInt32(word16(at: offset + 2)) << 16 }
}

extension Diagnostic.Message {
  fileprivate static var noArray: Self { "not a NumPy array file of version 1 to 3" }
  fileprivate static var cutOff: Self { "NumPy header does not end inside the file" }
  fileprivate static func overflow(_ type: TensorType) -> Self { "size of \(type) overflows 63 bits" }
  fileprivate static func wrongSize(_ type: TensorType, _ size: Int, _ found: Int) -> Self {
    "array of \(type) takes \(size) bytes, but \(found) follow the header"
  }
  fileprivate static func notNumPy(_ type: TensorType) -> Self { "NumPy has no type for \(type)" }
}
