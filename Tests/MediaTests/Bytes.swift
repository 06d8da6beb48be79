import Tensors

/// A file's bytes, to be bent by tests.
struct Bytes {
  static func of(_ path: String) throws -> [UInt8] {
    let file = try InputFile(path: path)
    return try file.read(0..<file.count)
  }
}

extension [UInt8] {
  /// Where the four letters `name` stand first.
  func place(of name: String) -> Int {
    let name = Array(name.utf8)
    return indices.first { self[$0...].starts(with: name) } ?? 0
  }

  /// The big-endian word at `place`.
  func word(at place: Int) -> UInt32 {
    self[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func set(_ word: UInt32, at place: Int) {
    for index in 0..<4 { self[place + index] = UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * index)) }
  }
}
