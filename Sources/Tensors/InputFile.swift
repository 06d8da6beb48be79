import Glibc

/// A regular file open for bounded reads of its parts; nothing of it stays in memory.
///
/// For what must survive a file that shrinks meanwhile, which a mapping does not.
package struct InputFile: ~Copyable {
  package let path: String
  /// Bytes of the file when it was opened.
  package let count: Int
  private let descriptor: Int32

  /// Throws iff `path` is no readable regular file.
  package init(path: String) throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("open", path, errno, kind: .noInput) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notRegular(path)
    }
    (self.path, self.descriptor, count) = (path, descriptor, Int(status.st_size))
  }

  deinit { close(descriptor) }

  /// Hands `body` the descriptor, for another process to read.
  package func withDescriptor<Result: ~Copyable>(
    _ body: (Int32) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    try body(descriptor)
  }

  /// The bytes of `range`, which the caller has bounded. Throws iff the file has ended before its end.
  package func read(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else { throw .endsEarly(path, range, count) }
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        guard let base = buffer.baseAddress else { return }
        let got = pread(descriptor, base + filled, range.count - filled, off_t(range.lowerBound + filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { code = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    guard code == 0 else { throw .system("read", path, code) }
    guard bytes.count == range.count else { throw .endsEarly(path, range, range.lowerBound + bytes.count) }
    return bytes
  }
}

extension Diagnostic {
  fileprivate static func notRegular(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) is not a regular file", at: path,
      help: "pass the file itself, not a directory, pipe or device", kind: .noInput)
  }
  fileprivate static func endsEarly(_ path: String, _ range: Range<Int>, _ end: Int) -> Diagnostic {
    Diagnostic("file ends at byte \(end); expected bytes up to \(range.upperBound)", at: path)
  }
}
