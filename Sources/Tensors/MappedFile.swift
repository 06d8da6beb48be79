import Glibc

/// A regular file mapped read-only into memory; its bytes cost address space, not allocation.
///
/// Unmapped when the last tensor that borrows from it goes away. Not for files that somebody may truncate
/// meanwhile: touching a page past the new end ends the process.
package final class MappedFile: @unchecked Sendable {
  package let path: String
  package let count: Int
  package let identity: Identity
  private let base: UnsafeRawPointer?

  /// What two names of one file have in common.
  package struct Identity: Hashable, Sendable {
    let device, inode: UInt64
  }

  /// Throws iff `path` is no readable regular file.
  package convenience init(path: String) throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotOpen(path, errno) }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// The file that is open as `descriptor`, which stays open; `path` is for messages. Throws iff it is no
  /// regular file.
  package init(descriptor: Int32, path: String) throws(Diagnostic) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path) }
    self.path = path
    count = Int(status.st_size)
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    guard count > 0 else {
      base = nil
      return
    }
    guard let pages = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), pages != MAP_FAILED
    else { throw .cannotOpen(path, errno) }
    base = UnsafeRawPointer(pages)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Calls `body` with the bytes of `range`, which the caller has checked to lie inside `0..<count`.
  package func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return try body(
      UnsafeRawBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count))
  }

  /// Tells the kernel that `range` will be read soon (`true`) or not again (`false`).
  package func advise(willNeed: Bool, _ range: Range<Int>) {
    guard let base, !range.isEmpty else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = range.lowerBound / page * page
    madvise(
      UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start,
      willNeed ? MADV_WILLNEED : MADV_DONTNEED)
  }
}

extension Diagnostic {
  /// `operation` on `path` failed with `code` of `errno.h`.
  package static func system(_ operation: String, _ path: String, _ code: Int32, kind: Kind = .inputOutput)
    -> Diagnostic
  {
    Diagnostic("cannot \(operation) \(path): \(String(cString: strerror(code)))", at: path, kind: kind)
  }

  fileprivate static func cannotOpen(_ path: String, _ code: Int32) -> Diagnostic {
    .system("open", path, code, kind: .noInput)
  }

  fileprivate static func notRegular(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) is not a regular file", at: path,
      help: "pass the file itself, not a directory, pipe or device", kind: .noInput)
  }
}
