import Glibc

extension ReaderProcess {
  /// A code of `errno.h`.
  struct SystemError: Error { var value: Int32 }

  /// Starts `path` with `descriptors` under their new numbers and an empty environment but for the
  /// library path, no signal blocked or ignored. The child closes what else it inherited.
  static func spawn(
    _ path: String, _ arguments: [String], _ descriptors: [(from: Int32, to: Int32)]
  ) -> Result<pid_t, SystemError> {
    // Out of the way of the new numbers first, so that none is overwritten before it is copied.
    var copies: [(from: Int32, to: Int32)] = []
    defer { for copy in copies { close(copy.from) } }
    for (from, to) in descriptors {
      let copy = fcntl(from, F_DUPFD_CLOEXEC, 16)
      guard copy >= 0 else { return .failure(SystemError(value: errno)) }
      copies.append((copy, to))
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (from, to) in copies { posix_spawn_file_actions_adddup2(&actions, from, to) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var environment = ["SWIFT_BACKTRACE=enable=no"]
    if let libraries = getenv("LD_LIBRARY_PATH") {
      environment.append("LD_LIBRARY_PATH=" + String(cString: libraries))
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
    return code == 0 ? .success(pid) : .failure(SystemError(value: code))
  }
}
