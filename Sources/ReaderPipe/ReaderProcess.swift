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
  private let work: ReaderWork
  private var isReaped = false

  /// Starts `foley-reader` with `arguments`.
  ///
  /// - Parameters:
  ///   - executable: where it is; `nil`: beside the running executable.
  ///   - files: descriptors that become its 0, 3, 4 in this order; the caller keeps and closes its own.
  ///   - feed: bytes that it reads from descriptor 5.
  ///   - keepsFeeding: whether more will be sent; otherwise descriptor 5 ends after `feed`.
  package init(
    executable: String? = nil, arguments: [String], files: [Int32], feed: [UInt8] = [],
    keepsFeeding: Bool = false, limits: ReaderLimits = ReaderLimits(), work: ReaderWork = .video
  ) throws(Diagnostic) {
    let path = if let executable { executable } else { try Self.locate() }
    guard access(path, X_OK) == 0 else { throw .noReader(path, errno) }
    let ends = try ReaderChannel.Ends()
    let channel = ReaderChannel(ends, feed: feed, keepsFeeding: keepsFeeding)
    let numbers: [Int32] = [0, 3, 4]
    var wanted = Array(zip(files, numbers))
    wanted += [(ends.childOutput, 1), (ends.childError, 2), (ends.childFeed, 5)]
    let outcome = Self.spawn(path, arguments + limits.arguments, wanted)
    ends.closeChildEnds()
    guard case .success(let pid) = outcome else { throw .cannotStart(path, outcome) }
    self.channel = channel
    (self.pid, self.limits, self.work) = (pid, limits, work)
  }

  deinit {
    guard !isReaped else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// Sends `bytes` to its descriptor 5 while its next output is read.
  package mutating func send(_ bytes: [UInt8]) { channel.give(bytes) }

  /// The next `count` bytes of its output, or `nil` iff it has ended well before the first of them.
  ///
  /// Throws iff it failed, fell silent for `limits.silence` seconds or ended in between.
  package mutating func read(_ count: Int) throws(Diagnostic) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard let got = try take(&bytes) else { return bytes }
    guard got == 0 else { throw .cutOff }
    return nil
  }

  /// Fills `buffer` with its next output. Throws as `read` does, and iff it ends before.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Diagnostic) {
    guard try judge(channel.read(into: buffer, silence: limits.silence)) == nil else { throw .cutOff }
  }

  /// Everything it writes until it ends, at most `limit` bytes.
  package mutating func readToEnd(limit: Int) throws(Diagnostic) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      guard let got = try take(&piece) else {
        bytes += piece
        continue
      }
      bytes += piece.prefix(got)
      if bytes.count <= limit { return bytes }
    }
    throw .tooMuch(limit)
  }

  private mutating func take(_ bytes: inout [UInt8]) throws(Diagnostic) -> Int? {
    let outcome = bytes.withUnsafeMutableBytes { channel.read(into: $0, silence: limits.silence) }
    return try judge(outcome)
  }

  /// `nil` iff all came, else how many bytes did before it ended well.
  private mutating func judge(_ outcome: ReaderChannel.Outcome) throws(Diagnostic) -> Int? {
    switch outcome {
    case .full: return nil
    case .silent: throw work.silent(limits.silence)
    case .failed(let code): throw .system("read from", "foley-reader", code)
    case .ended(let got):
      try finish()
      return got
    }
  }

  /// Waits for its end. Throws iff it failed: with its own words, or naming the limit or signal.
  private mutating func finish() throws(Diagnostic) {
    guard !isReaped else { return }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    isReaped = true
    let signal = status & 0x7F
    let code = status >> 8 & 0xFF
    guard signal == 0 else { throw work.died(signal, limits) }
    guard code != 0 else { return }
    throw Diagnostic(printed: channel.words, exit: code) ?? .failed(code)
  }

  /// `foley-reader` in the folder of the running executable.
  private static func locate() throws(Diagnostic) -> String {
    try RunningExecutable.folder() + "/foley-reader"
  }
}

extension Diagnostic {
  fileprivate static func noReader(_ path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      "cannot run \(path): \(String(cString: strerror(code)))",
      note: "foley-reader reads videos and HDF5 files; it must stand beside the foley executable",
      help: "install foley and foley-reader into the same folder", kind: .unavailable)
  }
  fileprivate static func cannotStart(_ path: String, _ outcome: Result<pid_t, ReaderProcess.SystemError>)
    -> Diagnostic
  {
    guard case .failure(let error) = outcome else { return .cutOff }
    return .system("start", path, error.value, kind: .software)
  }
  fileprivate static var cutOff: Diagnostic {
    Diagnostic("foley-reader ended in the middle of its output", kind: .software)
  }
  fileprivate static func failed(_ code: Int32) -> Diagnostic {
    Diagnostic("foley-reader failed with exit status \(code) and no message", kind: .software)
  }
  fileprivate static func tooMuch(_ limit: Int) -> Diagnostic {
    Diagnostic("foley-reader wrote more than \(limit) bytes", kind: .software)
  }
}
