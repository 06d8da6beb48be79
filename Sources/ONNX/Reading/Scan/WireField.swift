/// What the scan knows of one field of a message.
struct WireField: Sendable {
  /// As `onnx.proto` calls it.
  let name: String
  let kind: Kind
  var isRepeated = false
  /// Whether a message without the field, or with an empty one, is refused.
  var isRequired = false

  enum Kind: Sendable {
    case varint, fixed32
    /// UTF-8 without NUL, of bounded length.
    case name
    /// UTF-8.
    case text
    case bytes
    case message(WireMessage)
    /// Elements of a tensor: they stay in the file.
    case data
    /// Of the format, but nobody here reads it.
    case leftOut
  }

  static func one(_ name: String, _ kind: Kind) -> WireField { WireField(name: name, kind: kind) }
  static func needed(_ name: String, _ kind: Kind) -> WireField {
    WireField(name: name, kind: kind, isRequired: true)
  }
  static func many(_ name: String, _ kind: Kind) -> WireField {
    WireField(name: name, kind: kind, isRepeated: true)
  }
}
