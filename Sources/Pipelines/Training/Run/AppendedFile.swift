import Glibc
import Tensors

/// A file that grows at its end. What was appended is there for every reader, and stays if the process is killed.
struct AppendedFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Puts a file that begins with `bytes` at `path`. Throws iff it cannot be written; what stood there stays then.
  init(path: String, beginning bytes: [UInt8]) throws(Diagnostic) {
    try AtomicFile.write(bytes, to: path)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path, errno) }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }

  /// Throws iff `bytes` cannot be written.
  func append(_ bytes: [UInt8]) throws(Diagnostic) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .system("write", path, errno) }
      rest = rest.dropFirst(written)
    }
  }
}
