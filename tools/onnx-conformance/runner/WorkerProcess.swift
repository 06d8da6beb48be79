import Glibc
import Tensors

/// A child of this process that runs trials, one at a time; it ends with this object.
final class WorkerProcess {
  private let pid: pid_t
  private let requests: Int32
  /// Where the answers come from; readable at the end of the process, too.
  let answers: Int32
  private let complaints: Int32
  /// How the process ended, once that is known.
  private var status: Int32?

  /// Starts this program anew with `arguments`. Throws iff the system refuses.
  init(_ arguments: [String]) throws(Diagnostic) {
    let (request, answer) = (try Self.pipe(), try Self.pipe())
    let complaint = try Self.pipe(O_NONBLOCK)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, request.read, 0)
    posix_spawn_file_actions_adddup2(&actions, answer.write, 1)
    posix_spawn_file_actions_adddup2(&actions, complaint.write, 2)
    let program = "/proc/self/exe"
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = Self.environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, nil, &words, &variables)
    for end in [request.read, answer.write, complaint.write] { close(end) }
    (self.pid, requests, answers, complaints) = (pid, request.write, answer.read, complaint.read)
    guard code == 0 else {
      status = code
      throw .system("start", program, code)
    }
  }

  deinit {
    for end in [requests, answers, complaints] { close(end) }
    guard status == nil else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Sends a line. A worker that has ended does not take it; its answer is then missing.
  func send(_ line: String) {
    _ = line.withCString { write(requests, $0, strlen($0)) }
  }

  /// The next answer, or `nil` iff the worker has ended.
  func receive() -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(answers, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }

  /// Waits for the end of a worker that has closed its answers. Returns how it ended and what it said last.
  func ending() -> String {
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    self.status = status
    let signal = status & 0x7F
    let how = signal == 0 ? "exit status \(status >> 8 & 0xFF)" : "signal \(signal)"
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = max(0, read(complaints, &bytes, bytes.count))
    let said = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
    return said.last.map { "\(how): \($0)" } ?? how
  }

  /// That of this process without what would change how a worker runs.
  private static var environment: [String] {
    let libraries = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? []
    return libraries + ["SWIFT_BACKTRACE=enable=no"]
  }

  /// The ends of a pipe that other children do not inherit, with `flags` of `fcntl`.
  private static func pipe(_ flags: Int32 = 0) throws(Diagnostic) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw .system("make", "a pipe", errno) }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, flags)
    }
    return (ends[0], ends[1])
  }
}
