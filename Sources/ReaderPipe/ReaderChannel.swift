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
  /// Whether more is to come when all that is pending is sent.
  private let keepsFeeding: Bool
  private var text: [UInt8] = []

  enum Outcome {
    case full
    /// The output ended after so many of the bytes.
    case ended(Int)
    case silent
    case failed(Int32)
  }

  init(_ ends: Ends, feed bytes: [UInt8], keepsFeeding: Bool) {
    (output, errors, feed, pending) = (ends.output, ends.errors, ends.feed, bytes)
    self.keepsFeeding = keepsFeeding
    closeFeedWhenDone()
  }

  deinit {
    close(output)
    close(errors)
    if feed >= 0 { close(feed) }
  }

  /// What came through the error pipe, at most 64 KiB.
  var words: String { String(decoding: text, as: UTF8.self) }

  /// Feeds `bytes` while the next output is read; for a channel that keeps feeding.
  mutating func give(_ bytes: [UInt8]) { pending += bytes }

  /// Fills `buffer` with output.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer, silence: Double) -> Outcome {
    var filled = 0
    while filled < buffer.count {
      var sets = [
        pollfd(fd: output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorsOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: sent < pending.count ? feed : -1, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&sets, 3, Int32(clamping: Int(min(silence, 1e6) * 1000)))
      if ready < 0, errno == EINTR { continue }
      if ready < 0 { return .failed(errno) }
      if ready == 0 { return .silent }
      if sets[1].revents != 0 { drainErrors() }
      if sets[2].revents != 0 { push() }
      guard sets[0].revents != 0 else { continue }
      let got = Glibc.read(output, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      if got < 0, errno == EINTR { continue }
      if got < 0 { return .failed(errno) }
      if got == 0 {
        while errorsOpen { drainErrors() }
        return .ended(filled)
      }
      filled += got
    }
    return .full
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
    // Whoever reads no more will say why, or end.
    sent = got > 0 ? sent + got : pending.count
    closeFeedWhenDone()
  }

  private mutating func closeFeedWhenDone() {
    guard sent == pending.count else { return }
    (pending, sent) = ([], 0)
    guard !keepsFeeding, feed >= 0 else { return }
    close(feed)
    feed = -1
  }
}
