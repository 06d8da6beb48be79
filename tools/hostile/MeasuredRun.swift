import Glibc

/// A program run to its end, with what that took.
struct MeasuredRun {
  /// The exit status, or the number of the signal that ended it, below zero.
  let status: Int32
  let seconds: Double
  /// The most memory that it, or a program it waited for, had at once: resident bytes.
  let bytes: Int
  /// Whether it was ended because it took longer than it may.
  let isHung: Bool

  /// Runs `arguments`, the first of which is the program's path; its output and errors go to the files at these
  /// paths. It is killed after `patience` seconds.
  ///
  /// Throws iff it cannot be started.
  init(_ arguments: [String], output: String, errors: String, patience: Double) throws(SystemError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let start = Self.now
    let code = posix_spawn(&pid, arguments[0], &actions, nil, &words, environ)
    guard code == 0 else { throw SystemError(code: code) }

    var (ended, usage) = (Int32(0), rusage())
    var isHung = false
    while wait4(pid, &ended, WNOHANG, &usage) == 0 {
      if !isHung, Self.now - start > patience {
        kill(pid, SIGKILL)
        isHung = true
      }
      usleep(500)
    }
    seconds = Self.now - start
    bytes = usage.ru_maxrss << 10
    let signal = ended & 0x7F
    status = signal == 0 ? ended >> 8 & 0xFF : -signal
    self.isHung = isHung
  }

  /// Seconds of the clock that never goes back.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  struct SystemError: Error, CustomStringConvertible {
    let code: Int32
    var description: String { String(cString: strerror(code)) }
  }
}
