import Tensors

/// What stands before the data of a safetensors file: names, types and places of its tensors.
///
/// Source: `safetensors/src/tensor.rs`. Stricter than upstream where upstream is silently wrong: a key that
/// comes twice, an unknown field and a `__metadata__` that is `null` are errors.
struct SafetensorsHeader {
  /// In the order of their bytes, which follow on one another and fill the file.
  private(set) var tensors: [Stored] = []
  private(set) var metadata: [(key: Name, value: String)] = []
  private(set) var notes: [String] = []

  struct Stored {
    let name: Name
    let type: TensorType
    /// Bytes of the file.
    var range: Range<Int>
  }

  /// Reads the header of `file` and nothing else. Throws iff a rule of the format is broken.
  init(of file: borrowing InputFile) throws(Diagnostic) {
    guard file.count >= 8 else { throw .tooShort(file.path, file.count) }
    let length = try file.read(0..<8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }.littleEndian
    guard length <= SafetensorsLimits.header else { throw .headerTooLarge(file.path, length) }
    let end = 8 + Int(length)
    guard end <= file.count else { throw .headerPastEnd(file.path, end, file.count) }
    let text = try file.read(8..<end)
    let path = file.path
    let outcome = text.withUnsafeBytes { text in
      Result { () throws(Diagnostic) in try SafetensorsHeader(parsing: text, of: path) }
    }
    self = try outcome.get()
    try place(after: end, in: file.path, of: file.count)
  }

  private init(parsing text: UnsafeRawBufferPointer, of path: String) throws(Diagnostic) {
    var scanner = try JSONScanner(text, source: path, base: 8, depthLimit: SafetensorsLimits.depth)
    if let first = text.first, first != UInt8(ascii: "{") { notes.append("header does not begin with \"{\"") }
    if let last = text.last, last != UInt8(ascii: "}"), last != UInt8(ascii: " ") {
      notes.append("header is padded with other bytes than spaces")
    }
    var names: Set<Name> = []
    try scanner.enterObject()
    while let name = try scanner.key(limit: SafetensorsLimits.name) {
      guard names.insert(name).inserted else { throw scanner.error(.duplicate(name)) }
      if name == "__metadata__" {
        try readMetadata(from: &scanner)
      } else {
        guard tensors.count < SafetensorsLimits.tensors else { throw scanner.error(.tooManyTensors) }
        tensors.append(try Stored(name, from: &scanner))
      }
    }
    try scanner.end()
  }

  private mutating func readMetadata(from scanner: inout JSONScanner) throws(Diagnostic) {
    guard try scanner.next() == .object else { throw scanner.error(.metadataNotObject) }
    var keys: Set<Name> = []
    try scanner.enterObject()
    while let key = try scanner.key(limit: SafetensorsLimits.name) {
      guard keys.insert(key).inserted else { throw scanner.error(.duplicateMetadata(key)) }
      let kind = try scanner.next()
      guard kind == .string else { throw scanner.error(.metadataNotString(key, kind)) }
      metadata.append((key, try scanner.string()))
    }
  }

  /// Sorts the tensors by their bytes, checks that these fill the rest of the file and moves the ranges
  /// behind the header.
  private mutating func place(after start: Int, in path: String, of size: Int) throws(Diagnostic) {
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    var misaligned: Name?
    for index in tensors.indices {
      let tensor = tensors[index]
      let before = index > 0 ? tensors[index - 1].name : nil
      guard tensor.range.lowerBound == end else { throw .outOfLine(tensor, end, after: before, path) }
      end = tensor.range.upperBound
      guard end <= size - start else { throw .truncated(tensor, path, needs: start, and: end, has: size) }
      tensors[index].range = (start + tensor.range.lowerBound)..<(start + end)
      if (start + tensor.range.lowerBound) % max(1, tensor.type.element.bits / 8) != 0 {
        misaligned = misaligned ?? tensor.name
      }
      if tensor.name.isOdd { notes.append("tensor name \(tensor.name.quoted) is empty or holds controls") }
    }
    guard end == size - start else { throw .trailing(path, start + end, size) }
    if let misaligned {
      notes.append("tensor \(misaligned.quoted) does not begin at a multiple of its element")
    }
  }
}

extension Name {
  fileprivate var isOdd: Bool { text.isEmpty || text.utf8.contains { $0 < 0x20 || $0 == 0x7F } }
}

extension Diagnostic {
  fileprivate static func tooShort(_ path: String, _ count: Int) -> Diagnostic {
    Diagnostic("file has \(count) bytes; a safetensors file has at least 8", at: path)
  }
  fileprivate static func headerTooLarge(_ path: String, _ length: UInt64) -> Diagnostic {
    Diagnostic(
      "file says at byte 0 that its header takes \(length) bytes; at most \(SafetensorsLimits.header) are allowed",
      at: path, help: "check that it is a safetensors file")
  }
  fileprivate static func headerPastEnd(_ path: String, _ end: Int, _ count: Int) -> Diagnostic {
    Diagnostic(
      "file says at byte 0 that its header ends at byte \(end), but the file ends at byte \(count)", at: path,
      help: "fetch the file again; it is cut off or no safetensors file")
  }
  fileprivate static func outOfLine(
    _ tensor: SafetensorsHeader.Stored, _ end: Int, after before: Name?, _ path: String
  ) -> Diagnostic {
    let neighbour = before.map { "tensor \($0.quoted) ends at \(end)" } ?? "the data begins at 0"
    let trouble = tensor.range.lowerBound > end ? "leaves a hole" : "overlaps"
    return Diagnostic(
      "tensor \(tensor.name.quoted) \(trouble): it begins at \(tensor.range.lowerBound) of the data, but \(neighbour)",
      at: path)
  }
  fileprivate static func truncated(
    _ tensor: SafetensorsHeader.Stored, _ path: String, needs start: Int, and end: Int, has size: Int
  ) -> Diagnostic {
    Diagnostic(
      "file is cut off: tensor \(tensor.name.quoted) ends \(end) bytes after byte \(start), but the file has \(size) bytes",
      at: path, help: "fetch the file again")
  }
  fileprivate static func trailing(_ path: String, _ end: Int, _ size: Int) -> Diagnostic {
    Diagnostic(
      "file has \(size) bytes, but its tensors end at byte \(end); expected nothing behind them", at: path)
  }
}

extension Diagnostic.Message {
  fileprivate static func duplicate(_ name: Name) -> Self {
    "tensor \(name.quoted) comes twice in the header"
  }
  fileprivate static func duplicateMetadata(_ key: Name) -> Self {
    "key \(key.quoted) comes twice in __metadata__"
  }
  fileprivate static var metadataNotObject: Self {
    "__metadata__ is no object; expected strings under names"
  }
  fileprivate static func metadataNotString(_ key: Name, _ kind: JSONScanner.Kind) -> Self {
    "__metadata__ has \(kind.rawValue) under \(key.quoted); expected a string"
  }
  fileprivate static var tooManyTensors: Self {
    "header names more than the \(SafetensorsLimits.tensors) tensors allowed"
  }
}
