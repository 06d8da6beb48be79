import Glibc
import Synchronization

/// A file in the making that takes its name only when it is complete.
///
/// The bytes go to a temporary sibling; `commit()` brings them to the disk and renames it over the target.
/// Until then, and after any failure, what was under the target's name is untouched. A file dropped without
/// commit leaves nothing behind. The target may be mapped meanwhile: the mapping keeps the old bytes.
package struct AtomicFile: ~Copyable {
  /// The name asked for.
  package let path: String
  /// Bytes up to the end of the last one written.
  package private(set) var count = 0
  /// The target with links followed.
  private let target: String
  private let temporary: String
  private var descriptor: Int32

  private static let unfinished = Mutex<Set<String>>([])

  /// Begins a file that `commit()` will put at `path`.
  ///
  /// A link is followed; a file that is there gives its permissions to the new one. Throws iff something else
  /// than a writable regular file is there, nothing can be created beside it, or `expecting` bytes do not fit.
  package init(replacing path: String, expecting size: Int = 0) throws(Diagnostic) {
    let (target, mode) = try AtomicFile.resolve(path)
    let (descriptor, temporary) = try AtomicFile.createSibling(of: target, path)
    if let mode { fchmod(descriptor, mode) }
    if size > 0, let code = AtomicFile.reserve(size, in: descriptor) {
      let free = AtomicFile.freeBytes(beside: descriptor)
      close(descriptor)
      AtomicFile.remove(temporary)
      throw .full(path, code, missing: size, free: free)
    }
    (self.path, self.target, self.temporary, self.descriptor) = (path, target, temporary, descriptor)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    AtomicFile.remove(temporary)
  }

  /// Appends `bytes`. Throws iff they cannot all be written.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    try write(bytes, at: count)
  }

  package mutating func write(_ bytes: [UInt8]) throws(Diagnostic) { try write(bytes, at: count) }

  package mutating func write(_ bytes: [UInt8], at offset: Int) throws(Diagnostic) {
    let outcome = bytes.withUnsafeBytes { bytes in
      Result { () throws(Diagnostic) in try write(bytes, at: offset) }
    }
    try outcome.get()
  }

  /// Puts `bytes` at `offset`; what was skipped reads as zero. Throws iff they cannot all be written.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Diagnostic) {
    var done = 0
    while done < bytes.count {
      let got = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw failure(got < 0 ? errno : ENOSPC, missing: bytes.count - done) }
      done += got
    }
    count = max(count, offset + bytes.count)
  }

  /// Hands `body` the descriptor, for another process to write through; what the file then holds counts as
  /// written.
  package mutating func withDescriptor(_ body: (Int32) throws(Diagnostic) -> Void) throws(Diagnostic) {
    try body(descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, missing: 0) }
    count = Int(status.st_size)
  }

  /// Brings the bytes to the disk and gives them the target's name.
  ///
  /// Throws iff that fails; the old file is then still there, but for the one message that says that the new
  /// one is in place and only a loss of power could undo it.
  package consuming func commit() throws(Diagnostic) {
    try sync()
    try takeName()
    try AtomicFile.syncFolder(of: target, path)
  }

  /// Commits `part` and `whole`, which refers to it by name: nobody ever finds the one beside an older other.
  ///
  /// A loss of power between the two renames leaves no `whole`; the older one and the new one then still lie
  /// beside it under names that begin with `.unfinished-`. Throws as `commit` does.
  package static func commit(
    _ part: consuming AtomicFile, behind whole: consuming AtomicFile
  ) throws(Diagnostic) {
    try part.sync()
    try whole.sync()
    let older = whole.temporary + "-older"
    let isReplacing = rename(whole.target, older) == 0
    do throws(Diagnostic) {
      if isReplacing { try syncFolder(of: whole.target, whole.path) }
      try part.takeName()
      try whole.takeName()
    } catch {
      if isReplacing { rename(older, whole.target) }
      throw error
    }
    if isReplacing { unlink(older) }
    try syncFolder(of: whole.target, whole.path)
  }

  private func sync() throws(Diagnostic) {
    guard ftruncate(descriptor, off_t(count)) == 0, fsync(descriptor) == 0 else {
      throw failure(errno, missing: 0)
    }
  }

  private mutating func takeName() throws(Diagnostic) {
    guard rename(temporary, target) == 0 else {
      throw .system("replace", path, errno, kind: .cannotCreate)
    }
    close(descriptor)
    descriptor = -1
    AtomicFile.forget(temporary)
  }

  /// Puts `bytes` at `path` as one file. Throws as `init`, `write` and `commit` do.
  package static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    var file = try AtomicFile(replacing: path, expecting: bytes.count)
    try file.write(bytes)
    try file.commit()
  }

  package static func write(_ text: String, to path: String) throws(Diagnostic) {
    try write(Array(text.utf8), to: path)
  }

  /// Removes the temporary files of every `AtomicFile` that is neither committed nor dropped; for a process
  /// that is about to end.
  package static func removeUnfinished() {
    let paths = unfinished.withLock { paths in
      defer { paths = [] }
      return paths
    }
    for path in paths { unlink(path) }
  }
}

extension AtomicFile {
  /// The file that `path` leads to and the permissions of what is there, or `nil` for them iff nothing is.
  private static func resolve(_ path: String) throws(Diagnostic) -> (target: String, mode: mode_t?) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT, !path.isEmpty, !path.hasSuffix("/") else {
        throw .system("create", path, errno, kind: .cannotCreate)
      }
      return (path, nil)
    }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let resolved = realpath(path, nil) else {
        throw .system("follow", path, errno, kind: .cannotCreate)
      }
      defer { free(resolved) }
      target = String(cString: resolved)
      guard stat(target, &status) == 0 else { throw .system("create", path, errno, kind: .cannotCreate) }
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notReplaceable(path) }
    guard access(target, W_OK) == 0 else { throw .system("replace", path, errno, kind: .cannotCreate) }
    return (target, status.st_mode & 0o777)
  }

  private static func createSibling(of target: String, _ path: String) throws(Diagnostic) -> (Int32, String) {
    var code = EEXIST
    for _ in 0..<16 where code == EEXIST {
      let temporary = target.folder + ".unfinished-" + String(UInt64.random(in: .min ... .max), radix: 36)
      _ = unfinished.withLock { $0.insert(temporary) }
      let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      code = errno
      forget(temporary)
    }
    throw .system("create", path, code, kind: .cannotCreate)
  }

  /// Takes the room for `size` bytes now, where the file system can; gives why there is none, or `nil`.
  private static func reserve(_ size: Int, in descriptor: Int32) -> Int32? {
    let code = posix_fallocate(descriptor, 0, off_t(size))
    return code == ENOSPC || code == EFBIG || code == EDQUOT ? code : nil
  }

  private static func syncFolder(of target: String, _ path: String) throws(Diagnostic) {
    let folder = open(target.folder.isEmpty ? "." : target.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    guard fsync(folder) == 0 || errno == EINVAL || errno == EROFS else { throw .notDurable(path, errno) }
  }

  private static func remove(_ temporary: String) {
    unlink(temporary)
    forget(temporary)
  }

  private static func forget(_ temporary: String) {
    _ = unfinished.withLock { $0.remove(temporary) }
  }

  private func failure(_ code: Int32, missing: Int) -> Diagnostic {
    guard code == ENOSPC || code == EFBIG || code == EDQUOT else { return .system("write", path, code) }
    return .full(path, code, missing: missing, free: AtomicFile.freeBytes(beside: descriptor))
  }

  private static func freeBytes(beside descriptor: Int32) -> Int? {
    var volume = statvfs()
    guard fstatvfs(descriptor, &volume) == 0 else { return nil }
    return Int(exactly: volume.f_bavail)?.multipliedReportingOverflow(by: Int(volume.f_frsize)).partialValue
  }
}

extension String {
  /// All up to the last slash and with it; empty iff there is none.
  fileprivate var folder: String {
    utf8.lastIndex(of: UInt8(ascii: "/")).map { String(self[...$0]) } ?? ""
  }
}

extension Diagnostic {
  fileprivate static func notReplaceable(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) is there and is not a regular file; expected a file to replace or nothing", at: path,
      help: "pass the name of a file", kind: .cannotCreate)
  }
  fileprivate static func full(_ path: String, _ code: Int32, missing: Int, free: Int?) -> Diagnostic {
    let free = free.map { "; the volume has \($0) bytes free" } ?? ""
    return Diagnostic(
      "cannot write \(missing) more bytes for \(path): \(String(cString: strerror(code)))\(free)", at: path,
      note: "what was there before is untouched", help: "make room, or write to another volume",
      kind: .inputOutput)
  }
  fileprivate static func notDurable(_ path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      "\(path) is written, but its folder could not be brought to the disk: \(String(cString: strerror(code)))",
      at: path, help: "check the volume before relying on the file", kind: .inputOutput)
  }
}
