import Tensors

/// Where the tensors of a safetensors file to be written will lie, and the header that says so.
struct SafetensorsLayout {
  /// In the order of their bytes: wider elements first, then by name, as upstream sorts them.
  let tensors: [(name: Name, type: TensorType)]
  /// The first byte of each in the file.
  private(set) var starts: [Int] = []
  /// Length, JSON and padding; the data behind it begins at a multiple of 64 bytes.
  private(set) var header: [UInt8] = []
  /// Bytes of the whole file.
  private(set) var size = 0

  /// Throws iff a name or metadata key comes twice, a type is open, or a file of these could not be read back.
  init(_ tensors: [(name: Name, type: TensorType)], metadata: [(key: Name, value: String)])
    throws(Diagnostic)
  {
    self.tensors = tensors.sorted { a, b in
      let (rank, other) = (a.type.element.safetensorsRank, b.type.element.safetensorsRank)
      return rank == other ? a.name < b.name : rank > other
    }
    guard tensors.count <= SafetensorsLimits.tensors else { throw .tooManyTensors(tensors.count) }
    var text = "{"
    if !metadata.isEmpty { text += "\"__metadata__\":\(try Self.printed(metadata))" }
    var end = 0
    var names: Set<Name> = []
    for (name, type) in self.tensors {
      guard name != "__metadata__", name.text.utf8.count <= SafetensorsLimits.name else {
        throw .badName(name)
      }
      guard let shape = type.shape, let count = type.byteCount, type.fillsBytes,
        type.rank <= SafetensorsLimits.rank, shape.allSatisfy({ $0 <= SafetensorsLimits.length }),
        let element = type.element.safetensors
      else { throw .badType(type, name) }
      let (next, overflow) = end.addingReportingOverflow(count)
      guard !overflow, next < 1 << 62 else { throw .badType(type, name) }
      guard names.insert(name).inserted else { throw .duplicate(name) }
      starts.append(end)
      if text.utf8.count > 1 { text += "," }
      JSON.print(string: name.text, into: &text)
      let lengths = shape.map(String.init).joined(separator: ",")
      text +=
        ":{\"dtype\":\"\(element)\",\"shape\":[\(lengths)],\"data_offsets\":[\(end),\(next)]}"
      end = next
    }
    text += "}"
    try seal(text, data: end)
  }

  /// Pads the header and moves the tensors behind it.
  private mutating func seal(_ text: String, data: Int) throws(Diagnostic) {
    let start = (8 + text.utf8.count + 63) / 64 * 64
    guard start - 8 <= SafetensorsLimits.header else { throw .headerTooLarge(start - 8) }
    header = withUnsafeBytes(of: UInt64(start - 8).littleEndian, Array.init) + Array(text.utf8)
    header += Array(repeating: UInt8(ascii: " "), count: start - header.count)
    starts = starts.map { start + $0 }
    size = start + data
  }

  private static func printed(_ metadata: [(key: Name, value: String)]) throws(Diagnostic) -> String {
    var object = JSON.Object()
    for (key, value) in metadata {
      guard object.insert(.string(value), for: key) else { throw .duplicateMetadata(key) }
    }
    return JSON.object(object).printed()
  }
}

extension Diagnostic {
  fileprivate static func duplicate(_ name: Name) -> Diagnostic {
    Diagnostic("tensor \(name.quoted) is to be written twice", kind: .software)
  }
  fileprivate static func duplicateMetadata(_ key: Name) -> Diagnostic {
    Diagnostic("metadata key \(key.quoted) is to be written twice", kind: .software)
  }
  fileprivate static func badName(_ name: Name) -> Diagnostic {
    Diagnostic(
      "tensor cannot be called \(name.quoted); expected at most \(SafetensorsLimits.name) bytes and not __metadata__"
    )
  }
  fileprivate static func badType(_ type: TensorType, _ name: Name) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted), \(type), cannot be written; expected fixed lengths that fill whole bytes")
  }
  fileprivate static func tooManyTensors(_ count: Int) -> Diagnostic {
    Diagnostic("\(count) tensors are to be written; a file holds at most \(SafetensorsLimits.tensors)")
  }
  fileprivate static func headerTooLarge(_ count: Int) -> Diagnostic {
    Diagnostic("header would take \(count) bytes; at most \(SafetensorsLimits.header) are allowed")
  }
}
