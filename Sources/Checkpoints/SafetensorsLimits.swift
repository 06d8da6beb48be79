/// What a safetensors file may ask for; the reader and the writer hold to the same.
enum SafetensorsLimits {
  /// Bytes of the header; upstream's own cap.
  static let header = 100_000_000
  static let tensors = 1_000_000
  /// Bytes of one name.
  static let name = 64 << 10
  static let rank = 64
  static let length = 1 << 48
  /// Levels of JSON: the file, a tensor, a list.
  static let depth = 8
}
