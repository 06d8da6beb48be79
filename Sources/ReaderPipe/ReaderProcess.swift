import Glibc
package import Tensors

/// A running `foley-reader`: a child process with limits of its own that parses untrusted bytes.
///
/// Whatever happens to it (a crash, a limit, a hang) is a `Diagnostic` here. The child is killed when the
/// value goes away, and by the kernel when the thread that started it ends.
package struct ReaderProcess: ~Copyable {
  private var channel: ReaderChannel
  private let pid: pid_t
  private let limits: ReaderLimits
  private var isReaped = false

  /// Starts `foley-reader` with `arguments`.
  ///
  /// - Parameters:
  ///   - executable: where it is; `nil`: beside the running executable.
  ///   - files: descriptors that become its 0, 3, 4 in this order; the caller keeps and closes its own.
  ///   - feed: bytes that it reads from descriptor 5.
  package init(
    executable: String? = nil, arguments: [String], files: [Int32], feed: [UInt8] = [],
    limits: ReaderLimits = ReaderLimits()
  ) throws(Diagnostic) {
    let path = if let executable { executable } else { try Self.locate() }
    guard access(path, X_OK) == 0 else { throw .noReader(path, errno) }
    let ends = try ReaderChannel.Ends()
    let channel = ReaderChannel(ends, feed: feed)
    let numbers: [Int32] = [0, 3, 4]
    var wanted = Array(zip(files, numbers))
    wanted += [(ends.childOutput, 1), (ends.childError, 2), (ends.childFeed, 5)]
    let outcome = Self.spawn(path, arguments + limits.arguments, wanted)
    ends.closeChildEnds()
    guard case .success(let pid) = outcome else { throw .cannotStart(path, outcome) }
    self.channel = channel
    (self.pid, self.limits) = (pid, limits)
  }

  deinit {
    guard !isReaped else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// The next `count` bytes of its output, or `nil` iff it has ended well before the first of them.
  ///
  /// Throws iff it failed, fell silent for `limits.silence` seconds or ended in between.
  package mutating func read(_ count: Int) throws(Diagnostic) -> [UInt8]? {
    switch channel.read(count, silence: limits.silence) {
    case .bytes(let bytes): return bytes
    case .silent: throw .silent(limits.silence)
    case .failed(let code): throw .system("read from", "foley-reader", code)
    case .ended(let got):
      try finish()
      guard got == 0 else { throw .cutOff }
      return nil
    }
  }

  /// Everything it writes until it ends, at most `limit` bytes.
  package mutating func readToEnd(limit: Int) throws(Diagnostic) -> [UInt8] {
    var bytes: [UInt8] = []
    while let byte = try read(1) {
      guard bytes.count < limit else { throw .cutOff }
      bytes += byte
    }
    return bytes
  }

  /// Waits for its end. Throws iff it failed: with its own words, or naming the limit or signal.
  private mutating func finish() throws(Diagnostic) {
    guard !isReaped else { return }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    isReaped = true
    let signal = status & 0x7F
    let code = status >> 8 & 0xFF
    guard signal == 0 else { throw .died(signal, limits) }
    guard code != 0 else { return }
    throw Diagnostic(printed: channel.words, exit: code) ?? .failed(code)
  }

  /// `foley-reader` in the folder of the running executable.
  private static func locate() throws(Diagnostic) -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw .system("find", "/proc/self/exe", errno, kind: .software)
    }
    defer { free(path) }
    let own = String(cString: path)
    let folder = own.lastIndex(of: "/").map { own[...$0] } ?? ""
    return folder + "foley-reader"
  }
}

extension String {
  fileprivate init(describingSignal signal: Int32) {
    self = strsignal(signal).map { String(cString: $0) } ?? "unknown"
  }
}

extension Diagnostic {
  fileprivate static func noReader(_ path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      "cannot run \(path): \(String(cString: strerror(code)))",
      note: "foley-reader decodes videos; it must stand beside the foley executable",
      help: "install foley and foley-reader into the same folder", kind: .unavailable)
  }
  fileprivate static func cannotStart(_ path: String, _ outcome: Result<pid_t, ReaderProcess.SystemError>)
    -> Diagnostic
  {
    guard case .failure(let error) = outcome else { return .cutOff }
    return .system("start", path, error.value, kind: .software)
  }
  fileprivate static func silent(_ seconds: Double) -> Diagnostic {
    Diagnostic(
      "the decoder made no progress for \(seconds) s",
      note: "it was stopped; a damaged or hostile file can keep a decoder busy for ever",
      help: "convert the clip to H.264 in .mp4 with a tool you trust")
  }
  fileprivate static var cutOff: Diagnostic {
    Diagnostic("foley-reader ended in the middle of its output", kind: .software)
  }
  fileprivate static func failed(_ code: Int32) -> Diagnostic {
    Diagnostic("foley-reader failed with exit status \(code) and no message", kind: .software)
  }
  fileprivate static func died(_ signal: Int32, _ limits: ReaderLimits) -> Diagnostic {
    switch signal {
    case SIGINT, SIGTERM: Diagnostic("interrupted", kind: .interrupted)
    case SIGXCPU:
      Diagnostic(
        "the decoder used up its \(limits.cpuSeconds) s of processor time",
        help: "cut the clip with --start and --duration, or convert it to a smaller picture")
    case SIGKILL:
      Diagnostic(
        "the decoder was killed (signal 9)", note: "the system may have been out of memory",
        help: "free memory or convert the clip to a smaller picture", kind: .software)
    default:
      Diagnostic(
        "the decoder crashed (\(String(describingSignal: signal)), signal \(signal))",
        note: "the file is damaged or hostile, or needs more than the decoder's "
          + "\(limits.memoryBytes >> 20) MiB of memory; nothing else was affected",
        help: "convert the clip to H.264 in .mp4 with a tool you trust")
    }
  }
}
