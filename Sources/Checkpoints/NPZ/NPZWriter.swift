import Tensors

/// Writes the uncompressed arrays that `numpy.load` reads.
///
/// Source: PKWARE APPNOTE 4.3. The same tensors give the same file.
struct NPZWriter: TensorWriter, ~Copyable {
  private var tensors: TensorFile
  /// In the order of their declaration, which is that of the file.
  private let names: [Name]
  private var members: [Name: Member]
  /// Where the directory begins.
  private let end: Int

  private struct Member {
    let start: Int
    /// What NumPy puts before the elements.
    let header: [UInt8]
    let byteCount: Int
    /// Of the header and of what is written.
    var checksum = CRC32()

    init(start: Int, header: [UInt8], byteCount: Int) {
      (self.start, self.header, self.byteCount) = (start, header, byteCount)
      header.withUnsafeBytes { checksum.add($0) }
    }
  }

  /// Throws iff NumPy has no such element type, a name comes twice or is longer than zip can say, the archive
  /// would reach 4 GiB, or `path` cannot be written.
  init(to path: String, declaring tensors: [(name: Name, type: TensorType)]) throws(Diagnostic) {
    var end = 0
    var nameBytes = 0
    var members: [Name: Member] = [:]
    var starts: [Int] = []
    for (name, type) in tensors {
      guard members[name] == nil else { throw .twice(name, path) }
      guard name.text.utf8.count < 0xFFF0 else { throw .longName(name, path) }
      let header = try NPYHeader.printed(type, site: "\(name.quoted) of \(path)")
      members[name] = Member(start: end, header: header, byteCount: type.byteCount ?? 0)
      starts.append(end + Self.headLength + name.text.utf8.count + 4 + header.count)
      end += Self.headLength + name.text.utf8.count + 4 + header.count + (type.byteCount ?? 0)
      nameBytes += name.text.utf8.count + 4
    }
    let total = end + nameBytes + Self.recordLength * tensors.count + Self.tailLength
    guard total < UInt32.max, tensors.count < 0xFFFF else { throw .tooLarge(path, total) }
    self.tensors = TensorFile(try AtomicFile(replacing: path, expecting: total), tensors, at: starts)
    (names, self.members, self.end) = (tensors.map(\.name), members, end)
  }

  /// Bytes before a member's name, of its record before the name, and of the end of the directory.
  private static let (headLength, recordLength, tailLength) = (30, 46, 22)

  func expect(_ type: TensorType, for name: Name) throws(Diagnostic) { try tensors.expect(type, for: name) }

  mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    try tensors.write(bytes, to: name)
    members[name]?.checksum.add(bytes)
  }

  /// An archive of arrays has no metadata: none is written.
  mutating func replace(metadata: [(key: Name, value: String)]) {}

  consuming func commit() throws(Diagnostic) {
    var directory: [UInt8] = []
    for name in names {
      guard let member = members[name] else { continue }
      let common = common(name, member)
      let path = Array((name.text + ".npy").utf8)
      let head = [0x50, 0x4B, 0x03, 0x04] + common + path + member.header
      try tensors.file.write(head, at: member.start)
      let attributes = [UInt8](repeating: 0, count: 10)
      directory += [0x50, 0x4B, 0x01, 0x02, 20, 0] + common + attributes + word(member.start) + path
    }
    let count = UInt16(truncatingIfNeeded: names.count).bytes
    let tail =
      [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0] + count + count + word(directory.count) + word(end) + [0, 0]
    try tensors.file.write(directory + tail, at: end)
    try tensors.whole().commit()
  }

  /// Version 2.0, UTF-8 names, stored, 1980-01-01; what a member's head and its record share.
  private func common(_ name: Name, _ member: Member) -> [UInt8] {
    let size = word(member.header.count + member.byteCount)
    let length = UInt16(truncatingIfNeeded: name.text.utf8.count + 4).bytes
    return [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0] + member.checksum.value.bytes + size + size + length + [0, 0]
  }

  private func word(_ value: Int) -> [UInt8] { UInt32(truncatingIfNeeded: value).bytes }
}

extension FixedWidthInteger {
  fileprivate var bytes: [UInt8] { withUnsafeBytes(of: littleEndian, Array.init) }
}

extension Diagnostic {
  fileprivate static func twice(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("array \(name.quoted) is to be written twice", at: path, kind: .software)
  }
  fileprivate static func longName(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("array cannot be called \(name.quoted); expected at most 65,519 bytes", at: path)
  }
  fileprivate static func tooLarge(_ path: String, _ size: Int) -> Diagnostic {
    Diagnostic(
      "archive would have \(size) bytes; a .npz without zip64 stays below 4 GiB and 65535 arrays", at: path,
      help: "write a .safetensors file")
  }
}
