import Glibc

/// The parent's ends of the pipes of a `foley-reader`: takes its output while it drains its words and feeds
/// it, so that neither side waits for the other for ever.
struct ReaderChannel: ~Copyable {
  private let output: Int32
  private let errors: Int32
  private var feed: Int32
  private var errorsOpen = true
  private var pending: [UInt8]
  private var sent = 0
  private var text: [UInt8] = []

  enum Outcome {
    case bytes([UInt8])
    /// The output ended after so many of the bytes.
    case ended(Int)
    case silent
    case failed(Int32)
  }

  init(_ ends: Ends, feed bytes: [UInt8]) {
    (output, errors, feed, pending) = (ends.output, ends.errors, ends.feed, bytes)
    if bytes.isEmpty {
      close(feed)
      feed = -1
    }
  }

  deinit {
    close(output)
    close(errors)
    if feed >= 0 { close(feed) }
  }

  /// What came through the error pipe, at most 64 KiB.
  var words: String { String(decoding: text, as: UTF8.self) }

  /// Takes `count` bytes of output.
  mutating func read(_ count: Int, silence: Double) -> Outcome {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      var sets = [
        pollfd(fd: output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorsOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: feed, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&sets, 3, Int32(clamping: Int(min(silence, 1e6) * 1000)))
      if ready < 0, errno == EINTR { continue }
      if ready < 0 { return .failed(errno) }
      if ready == 0 { return .silent }
      if sets[1].revents != 0 { drainErrors() }
      if sets[2].revents != 0 { push() }
      guard sets[0].revents != 0 else { continue }
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(output, buffer.baseAddress.map { $0 + filled }, count - filled)
      }
      if got < 0, errno == EINTR { continue }
      if got < 0 { return .failed(errno) }
      if got == 0 {
        while errorsOpen { drainErrors() }
        return .ended(filled)
      }
      filled += got
    }
    return .bytes(bytes)
  }

  private mutating func drainErrors() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let got = Glibc.read(errors, &buffer, buffer.count)
    if got < 0, errno == EINTR { return }
    guard got > 0 else {
      errorsOpen = false
      return
    }
    text += buffer.prefix(min(got, max(0, 1 << 16 - text.count)))
  }

  private mutating func push() {
    let got = pending.withUnsafeBytes { buffer in
      send(feed, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
    }
    if got < 0, errno == EINTR || errno == EAGAIN { return }
    sent += max(got, 0)
    guard got <= 0 || sent == pending.count else { return }
    close(feed)
    feed = -1
    pending = []
  }
}
