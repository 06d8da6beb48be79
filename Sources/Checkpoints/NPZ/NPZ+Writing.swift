import Tensors

extension NPZ {
  /// Writes `tensors` as the uncompressed arrays that `numpy.load` reads, through an `AtomicFile`.
  ///
  /// Throws iff NumPy has no such element type, a name comes twice or is longer than zip can say, or the
  /// archive would reach 4 GiB.
  static func write(_ tensors: [(name: Name, tensor: Tensor)], to path: String) throws(Diagnostic) {
    var names: Set<Name> = []
    var total = 22
    for (name, tensor) in tensors {
      guard names.insert(name).inserted else { throw .twice(name, path) }
      guard name.text.utf8.count < 0xFFF0 else { throw .longName(name, path) }
      total += tensor.byteCount + 76 + 2 * (name.text.utf8.count + 4)
      total += try NPYHeader.printed(tensor.type, site: "\(name.quoted) of \(path)").count
    }
    guard total < UInt32.max, tensors.count < 0xFFFF else { throw .tooLarge(path, total) }
    var file = try AtomicFile(replacing: path, expecting: total)
    var directory: [UInt8] = []
    for (name, tensor) in tensors { directory += try append(name, tensor, to: &file) }
    let start = file.count
    try file.write(directory)
    let count = UInt16(truncatingIfNeeded: tensors.count).bytes
    try file.write(
      [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0] + count + count + word(directory.count) + word(start) + [0, 0])
    try file.commit()
  }

  /// Appends a member and gives its record of the directory.
  private static func append(_ name: Name, _ tensor: Tensor, to file: inout AtomicFile) throws(Diagnostic)
    -> [UInt8]
  {
    let header = try NPYHeader.printed(tensor.type, site: name.quoted)
    var checksum = CRC32()
    header.withUnsafeBytes { checksum.add($0) }
    tensor.withBytes { checksum.add($0) }
    let start = word(file.count)
    let name = Array((name.text + ".npy").utf8)
    let size = word(header.count + tensor.byteCount)
    // Version 2.0, UTF-8 names, stored, 1980-01-01: the same tensors give the same file.
    let common: [UInt8] =
      [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0] + checksum.value.bytes + size + size
      + UInt16(truncatingIfNeeded: name.count).bytes + [0, 0]
    try file.write([0x50, 0x4B, 0x03, 0x04] + common + name + header)
    let outcome = Result { () throws(Diagnostic) in
      try tensor.withBytes { bytes throws(Diagnostic) in try file.write(bytes) }
    }
    try outcome.get()
    let attributes = [UInt8](repeating: 0, count: 10)
    return [0x50, 0x4B, 0x01, 0x02, 20, 0] + common + attributes + start + name
  }

  private static func word(_ value: Int) -> [UInt8] { UInt32(truncatingIfNeeded: value).bytes }
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
