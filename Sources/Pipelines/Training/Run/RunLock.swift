import Glibc
import Tensors

/// Keeps a run directory for one process, as long as this value lives.
struct RunLock: ~Copyable {
  private let descriptor: Int32

  /// Throws iff another process has it, or the file cannot be made.
  init(_ path: String) throws(Diagnostic) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("open", path, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .taken(path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

extension Diagnostic {
  fileprivate static func taken(_ path: String) -> Diagnostic {
    Diagnostic(
      "another process trains in this directory", at: path, help: "wait for it, or name another directory",
      kind: .unavailable)
  }
}
