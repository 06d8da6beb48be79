import Glibc
import Tensors

/// Where results go.
enum StandardOutput {
  /// Writes `text`, all of it unless its reader has gone: then the rest is not wanted. Throws iff it cannot be
  /// written, as when a disk is full.
  static func write(_ text: String) throws(Diagnostic) {
    let code = text.write(to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else { throw .system("write", "the standard output", code) }
  }
}

extension String {
  /// Writes the text to `descriptor` and gives 0, or the code of `errno.h` that kept it from being all written.
  func write(to descriptor: Int32) -> Int32 {
    var text = self
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let got = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest[got...])
      }
      return 0
    }
  }
}
