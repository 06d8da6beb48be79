import Glibc
import Tensors

extension ReaderChannel {
  /// Both ends of the three pipes between parent and child.
  struct Ends {
    let output, errors, feed: Int32
    let childOutput, childError, childFeed: Int32

    init() throws(Diagnostic) {
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      var ends = [Int32](repeating: -1, count: 6)
      for first in [0, 2, 4] {
        let outcome = ends[first...].withUnsafeMutableBufferPointer {
          socketpair(AF_UNIX, kind, 0, $0.baseAddress)
        }
        guard outcome == 0 else {
          let code = errno
          for descriptor in ends where descriptor >= 0 { close(descriptor) }
          throw .system("make", "a pipe to foley-reader", code, kind: .software)
        }
      }
      (output, childOutput, errors, childError) = (ends[0], ends[1], ends[2], ends[3])
      (feed, childFeed) = (ends[4], ends[5])
      _ = fcntl(feed, F_SETFL, O_NONBLOCK)
    }

    func closeChildEnds() {
      for descriptor in [childOutput, childError, childFeed] { close(descriptor) }
    }
  }
}
