import Tensors

/// The members of a zip archive by its central directory: names and places of uncompressed bytes.
struct ZipDirectory {
  private(set) var members: [Member] = []

  struct Member {
    let name: Name
    let checksum: UInt32
    /// Bytes of the archive.
    let range: Range<Int>
  }

  private static let end: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
  private static let entry: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
  private static let local: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  private static let limit = 64 << 20

  /// Throws iff `file` is no zip archive, or one with members that are compressed, encrypted, of zip64 or
  /// not inside the archive.
  init(of file: borrowing InputFile) throws(Diagnostic) {
    let (directory, count) = try Self.find(in: file)
    guard directory.count <= Self.limit else {
      throw .broken("a directory beyond \(Self.limit) bytes", file.path)
    }
    let bytes = try file.read(directory)
    var offset = 0
    for _ in 0..<count {
      guard bytes.count - offset >= 46, bytes[offset...].starts(with: Self.entry) else {
        throw .broken("a directory of other length than it says", file.path)
      }
      let lengths = [28, 30, 32].map { Int(bytes.word16(at: offset + $0)) }
      let next = offset + 46 + lengths.reduce(0, +)
      guard next <= bytes.count, let name = Name(utf8: bytes[(offset + 46)..<(offset + 46 + lengths[0])])
      else {
        throw .broken("a member whose name is cut off or no UTF-8", file.path)
      }
      let record = Array(bytes[offset..<(offset + 46)])
      members.append(try Self.member(name, record, of: file, before: directory.lowerBound))
      offset = next
    }
    guard offset == bytes.count else { throw .broken("a directory of other length than it says", file.path) }
  }

  private static func member(
    _ name: Name, _ record: [UInt8], of file: borrowing InputFile, before end: Int
  ) throws(Diagnostic) -> Member {
    guard record.word16(at: 8) & 1 == 0 else { throw .unread("encrypted", name, file.path) }
    guard record.word16(at: 10) == 0 else { throw .unread("compressed", name, file.path) }
    let (size, start) = (record.word32(at: 24), record.word32(at: 42))
    guard size != .max, start != .max else { throw .unread("of a zip64 archive", name, file.path) }
    guard size == record.word32(at: 20), Int(start) + 30 <= end else {
      throw .broken("member \(name.quoted) outside the archive", file.path)
    }
    let head = try file.read(Int(start)..<Int(start) + 30)
    let first = Int(start) + 30 + Int(head.word16(at: 26)) + Int(head.word16(at: 28))
    guard head.starts(with: local), first + Int(size) <= end else {
      throw .broken("member \(name.quoted) outside the archive", file.path)
    }
    return Member(name: name, checksum: record.word32(at: 16), range: first..<first + Int(size))
  }

  /// Where the central directory is and how many members it says to have.
  private static func find(in file: borrowing InputFile) throws(Diagnostic) -> (Range<Int>, Int) {
    let tail = try file.read(max(0, file.count - 22 - 0xFFFF)..<file.count)
    let places = stride(from: tail.count - 22, through: 0, by: -1)
    let place = places.first {
      tail[$0...].starts(with: end) && $0 + 22 + Int(tail.word16(at: $0 + 20)) == tail.count
    }
    guard let place else { throw .broken("no directory at its end", file.path) }
    let (size, start) = (Int(tail.word32(at: place + 12)), Int(tail.word32(at: place + 16)))
    let endOfFile = file.count - tail.count + place
    guard start + size == endOfFile else { throw .broken("a directory that is not at its end", file.path) }
    return (start..<start + size, Int(tail.word16(at: place + 10)))
  }
}

extension Diagnostic {
  fileprivate static func broken(_ what: String, _ path: String) -> Diagnostic {
    Diagnostic("zip archive has \(what)", at: path, help: "save the arrays again with numpy.savez")
  }
  fileprivate static func unread(_ what: String, _ name: Name, _ path: String) -> Diagnostic {
    Diagnostic(
      "member \(name.quoted) is \(what); expected it plain", at: path,
      help: "save the arrays with numpy.savez, or as .safetensors where they are large")
  }
}
