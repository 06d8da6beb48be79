import Glibc
import Tensors

/// An open descriptor of a file that may be a video or a sound; the only thing about it that is checked here is that it
/// is a regular file with bytes in it.
struct MediaFile: ~Copyable {
  let path: String
  let descriptor: Int32

  /// `what` it shall be is for the words of errors. Throws iff `path` is missing, a URL, no regular file or empty. Never waits, even on a FIFO.
  init(_ path: String, expecting what: String = "video") throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw code == ENOENT && path.isAddress
        ? .address(path, what) : .system("open", path, code, kind: .noInput)
    }
    var status = stat()
    let outcome = fstat(descriptor, &status)
    let kind = status.st_mode & S_IFMT
    guard outcome == 0, kind == S_IFREG, status.st_size > 0 else {
      close(descriptor)
      throw kind == S_IFREG ? .empty(path, what) : .notRegular(path, kind, what)
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }
}

extension String {
  /// Whether the text starts as an address or a libav protocol does: letters, digits, `+`, `-`, `.` and a
  /// colon.
  fileprivate var isAddress: Bool {
    guard let colon = firstIndex(of: ":"), colon > startIndex else { return false }
    return self[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
  }
}

extension Diagnostic {
  fileprivate static func address(_ path: String, _ what: String) -> Diagnostic {
    Diagnostic(
      "\(path) is no file but an address; expected the path of a \(what) file", at: path,
      note: "foley never uses the network", help: "download the clip and pass its path", kind: .noInput)
  }
  fileprivate static func empty(_ path: String, _ what: String) -> Diagnostic {
    Diagnostic("\(path) is empty (0 bytes); expected a \(what)", at: path, kind: .noInput)
  }
  fileprivate static func notRegular(_ path: String, _ kind: mode_t, _ what: String) -> Diagnostic {
    let name =
      switch kind {
      case S_IFDIR: "a directory"
      case S_IFIFO: "a pipe"
      case S_IFCHR, S_IFBLK: "a device"
      case S_IFSOCK: "a socket"
      default: "no regular file"
      }
    return Diagnostic(
      "\(path) is \(name); expected a \(what) file", at: path,
      help: kind == S_IFIFO ? "write the clip to a file first" : nil, kind: .noInput)
  }
}
