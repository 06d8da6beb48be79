import Glibc
import Tensors

/// Descriptor 5, what the parent feeds.
enum Input {
  /// The next `count` bytes, or `nil` iff it has ended before the first of them. Throws iff it ends in
  /// between or cannot be read.
  static func read(_ count: Int) throws(Diagnostic) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(5, buffer.baseAddress.map { $0 + filled }, count - filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .system("read", "descriptor 5", errno) }
      if got == 0 {
        guard filled == 0 else { throw .cutOff }
        return nil
      }
      filled += got
    }
    return bytes
  }

  /// Everything until it ends.
  static func readToEnd() throws(Diagnostic) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = Glibc.read(5, &piece, piece.count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .system("read", "descriptor 5", errno) }
      guard got > 0 else { return all }
      all += piece.prefix(got)
    }
  }
}

extension Diagnostic {
  fileprivate static var cutOff: Diagnostic {
    Diagnostic("descriptor 5 ended in the middle of a request", kind: .software)
  }
}
