import Glibc
import ReaderPipe
import Tensors

/// Descriptor 1, the pipe to the parent.
enum Output {
  static func write(_ bytes: [UInt8]) throws(Diagnostic) {
    let code = bytes.withUnsafeBytes { writeAll($0) }
    guard code == 0 else { throw .system("write to", "standard output", code) }
  }

  static func write(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    let code = writeAll(bytes)
    guard code == 0 else { throw .system("write to", "standard output", code) }
  }

  /// Writes one message. Throws iff the pipe is closed or the payload does not fit a message.
  static func write(
    _ kind: ReaderMessage.Kind, _ width: Int, _ height: Int, _ payload: UnsafeRawBufferPointer
  )
    throws(Diagnostic)
  {
    guard let head = ReaderMessage(kind, width: width, height: height, payload: payload.count) else {
      throw .tooLong(payload.count)
    }
    try write(head.bytes)
    try write(payload)
  }

  static func write(_ kind: ReaderMessage.Kind, _ json: JSON) throws(Diagnostic) {
    let bytes = Array(json.printed().utf8)
    guard let head = ReaderMessage(kind, payload: bytes.count) else { throw .tooLong(bytes.count) }
    try write(head.bytes + bytes)
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ count: Int) -> Diagnostic {
    Diagnostic("a message of \(count) bytes does not fit the pipe's format", kind: .software)
  }
}
