import Tensors

/// Where in the file the elements of one `TensorProto` are; nothing is decoded yet.
struct TensorData {
  /// The field that holds them, or `nil` iff the tensor has no data.
  private(set) var field: Field?
  /// What came in that field: one range, or many where the elements are not packed or packed in pieces.
  private(set) var pieces = 0
  /// The last of the pieces.
  private(set) var last = 0..<0
  /// The whole message.
  let place: Range<Int>

  /// The numbers of `onnx.proto`.
  enum Field: Int {
    case float = 4, int32, string, int64
    case raw = 9, double, uint64

    var name: String {
      switch self {
      case .float: "float_data"
      case .int32: "int32_data"
      case .string: "string_data"
      case .int64: "int64_data"
      case .raw: "raw_data"
      case .double: "double_data"
      case .uint64: "uint64_data"
      }
    }

    var isVarint: Bool { self == .int32 || self == .int64 || self == .uint64 }

    /// Whether a piece of the field may come so; numbers may be packed or not.
    func allows(_ type: WireCursor.WireType) -> Bool {
      switch self {
      case .float: type == .delimited || type == .fixed32
      case .double: type == .delimited || type == .fixed64
      case .int32, .int64, .uint64: type == .delimited || type == .varint
      case .raw, .string: type == .delimited
      }
    }
  }

  var isEmpty: Bool { field == nil }

  /// Of the message at `place` of the file's `bytes`. Throws iff two fields hold data, or a part of them.
  init(_ bytes: UnsafeRawBufferPointer, in place: Range<Int>) throws(Diagnostic) {
    self.place = place
    var cursor = WireCursor(bytes, in: place)
    while !cursor.isAtEnd {
      let tag = try cursor.tag()
      let range = try cursor.payload(tag.type)
      guard tag.number != 3 else { throw .segment }
      guard let found = Field(rawValue: tag.number) else { continue }
      guard found.allows(tag.type) else { throw .wireType(found, tag.type) }
      if tag.type == .delimited, range.isEmpty, found != .string { continue }
      guard field == nil || field == found, found != .raw || field == nil else {
        throw .twoFields(field ?? found, found)
      }
      (field, last) = (found, range)
      pieces += 1
    }
  }

  /// Calls `body` with the place of every piece, in their order.
  func forEachPiece(in bytes: UnsafeRawBufferPointer, _ body: (Range<Int>) throws(Diagnostic) -> Void)
    throws(Diagnostic)
  {
    var cursor = WireCursor(bytes, in: place)
    while !cursor.isAtEnd {
      let tag = try cursor.tag()
      let range = try cursor.payload(tag.type)
      if tag.number == field?.rawValue { try body(range) }
    }
  }
}

extension Diagnostic {
  fileprivate static var segment: Diagnostic {
    Diagnostic("the data are one segment of a larger tensor; expected the whole of it")
  }
  fileprivate static func wireType(_ field: TensorData.Field, _ type: WireCursor.WireType) -> Diagnostic {
    Diagnostic("\(field.name) has wire type \(type.rawValue), which its elements do not have")
  }
  fileprivate static func twoFields(_ a: TensorData.Field, _ b: TensorData.Field) -> Diagnostic {
    a == b
      ? Diagnostic("\(a.name) comes twice; expected it once")
      : Diagnostic("the data are in \(a.name) and in \(b.name) as well; expected one of them")
  }
}
