/// What a model file may ask for.
enum ReadingLimits {
  /// Bytes of the file: what protobuf allows a message.
  static let file = Int(Int32.max)
  /// Messages inside one another.
  static let depth = 100
  /// Subgraphs inside one another.
  static let subgraphs = 32
  static let nodes = 1_000_000
  static let tensors = 1_000_000
  static let rank = 64
  /// Bytes of one name.
  static let name = 64 << 10
  /// Elements of one list attribute, and strings of one tensor.
  static let list = 16 << 20
  /// Nodes that calls of functions come to when every call is written out.
  static let expansion = 1_000_000
  /// Functions that call one another in a row.
  static let calls = 100

  /// Bytes that the messages may take in memory, for `count` bytes of them in the file without the weights.
  static func memory(_ count: Int) -> Int { max(128 << 20, 16 * count) }
}
