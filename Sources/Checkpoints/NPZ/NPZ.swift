import Tensors

/// Opens NumPy's `.npz` files: zip archives of uncompressed arrays, mapped where they lie; and single `.npy`
/// files.
///
/// Source: PKWARE APPNOTE 4.3. Read by the central directory; compressed, encrypted and zip64 members are
/// errors.
enum NPZ {
  /// The arrays of the `.npz` file at `path`, by their names without `.npy`.
  static func open(_ path: String) throws(Diagnostic) -> Checkpoint {
    let file = try InputFile(path: path)
    let mapped = try MappedFile(path: path)
    var entries: [Checkpoint.Entry] = []
    for member in try ZipDirectory(of: file).members {
      guard member.name.text.hasSuffix(".npy") else { throw .notArray(member.name, path) }
      let name = Name(String(member.name.text.dropLast(4)))
      guard mapped.checksum(of: member.range) == member.checksum else { throw .damaged(name, path) }
      entries.append(try entry(name, of: file, in: member.range, mapped, site: "\(name.quoted) of \(path)"))
    }
    return try Checkpoint(entries, path: path)
  }

  /// The array of the `.npy` file at `path`, by the file's name without `.npy`.
  static func openArray(_ path: String) throws(Diagnostic) -> Checkpoint {
    let file = try InputFile(path: path)
    let name = Name(String(path.splitAtLastSlash.name.dropLast(4)))
    let entry = try entry(name, of: file, in: 0..<file.count, try MappedFile(path: path), site: path)
    return try Checkpoint([entry], path: path)
  }

  private static func entry(
    _ name: Name, of file: borrowing InputFile, in range: Range<Int>, _ mapped: MappedFile, site: String
  ) throws(Diagnostic) -> Checkpoint.Entry {
    let header = try NPYHeader(of: file, in: range, site: site)
    let data = (range.lowerBound + header.count)..<range.upperBound
    return Checkpoint.Entry(name, try Tensor(header.type, in: mapped, at: data))
  }
}

extension MappedFile {
  fileprivate func checksum(of range: Range<Int>) -> UInt32? {
    guard range.upperBound <= count else { return nil }
    return withBytes(in: range) { CRC32.of($0) }
  }
}

extension Diagnostic {
  fileprivate static func notArray(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("archive holds \(name.quoted); expected .npy files alone", at: path)
  }
  fileprivate static func damaged(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("array \(name.quoted) does not match its checksum", at: path, help: "fetch the file again")
  }
}
