import Tensors

/// Reads the tokens of graph text and knows where it is. Never recurses, never reads past the end.
struct GraphScanner {
  private let bytes: [UInt8]
  private let file: String
  /// Where the lines begin.
  private let lineStarts: [Int]
  private(set) var offset = 0
  /// The graphs read so far, by name, and how deep bodies stand in each: what `@name` may mean. The last one of
  /// a name counts.
  var graphs: [String: (graph: Graph, depth: Int)] = [:]
  /// How deep bodies stand in the graph being read.
  var bodyDepth = 0

  init(_ text: String, file: String) {
    let bytes = Array(text.utf8)
    (self.bytes, self.file) = (bytes, file)
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
  }

  /// `file:line:column` of the next token.
  var site: String {
    var (line, behind) = (0, lineStarts.count)
    while line + 1 < behind {
      let middle = (line + behind) / 2
      if lineStarts[middle] <= offset { line = middle } else { behind = middle }
    }
    return "\(file):\(line + 1):\(offset - lineStarts[line] + 1)"
  }

  var isAtEnd: Bool { offset >= bytes.count }

  /// Skips blanks, line ends and comments.
  mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      case 0x23: while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
      default: return
      }
    }
  }

  /// The byte of the next token, or `nil` at the end.
  mutating func peek() -> UInt8? {
    skipSpace()
    return isAtEnd ? nil : bytes[offset]
  }

  /// Skips `mark` and returns true iff it comes next.
  mutating func accept(_ mark: Character) -> Bool {
    guard let byte = peek(), byte == mark.asciiValue else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ mark: Character) throws(Diagnostic) {
    guard accept(mark) else { throw .expected("'\(mark)'", found, site) }
  }

  mutating func expect(word: String) throws(Diagnostic) {
    let start = offset
    guard try self.word() == word else {
      offset = start
      skipSpace()
      throw .expected("'\(word)'", found, site)
    }
  }

  /// A run of letters, digits and `_ . : / -`.
  mutating func word(stoppingAt stop: UInt8? = nil) throws(Diagnostic) -> String {
    skipSpace()
    let start = offset
    while offset < bytes.count, bytes[offset].isNameByte, bytes[offset] != stop { offset += 1 }
    guard start < offset else { throw .expected("a word", found, site) }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// A quoted text, or a bare word.
  mutating func name() throws(Diagnostic) -> Name {
    peek() == 0x22 ? Name(try quoted()) : Name(try word())
  }

  /// A text in double quotes.
  mutating func quoted() throws(Diagnostic) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case 0x22:
        guard let string = String(validating: text, as: UTF8.self) else { break }
        return string
      case 0x5C: text += Array(try escape().utf8)
      default: text.append(byte)
      }
    }
    throw .expected("the closing quote", "the end", site)
  }

  private mutating func escape() throws(Diagnostic) -> String {
    guard offset < bytes.count else { throw .expected("an escape", "the end", site) }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case 0x22: return "\""
    case 0x5C: return "\\"
    case 0x6E: return "\n"
    case 0x74: return "\t"
    case 0x75:
      try expect("{")
      let digits = try word()
      try expect("}")
      guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
        throw .expected("a hexadecimal scalar", "'\(digits)'", site)
      }
      return String(scalar)
    default: throw .expected("an escape", "'\\\(Character(Unicode.Scalar(byte)))'", site)
    }
  }

  /// A type such as `f32[B, 64]`.
  mutating func type() throws(Diagnostic) -> TensorType {
    skipSpace()
    let (start, site) = (offset, site)
    while offset < bytes.count, bytes[offset] != 0x5D, bytes[offset] != 0x0A { offset += 1 }
    if offset < bytes.count, bytes[offset] == 0x5D { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let type = TensorType(parsing: text) else { throw .expected("a type", "'\(text)'", site) }
    return type
  }

  /// The attribute value that comes next.
  mutating func attribute(depth: Int = 0) throws(Diagnostic) -> Attribute {
    guard depth < 4 else { throw .expected("a shallower list", found, site) }
    switch peek() {
    case 0x22: return .text(try quoted())
    case 0x40:
      let site = site
      try expect("@")
      let name = try word()
      guard let known = graphs[name] else { throw .unknownGraph(name, site) }
      bodyDepth = max(bodyDepth, known.depth + 1)
      guard bodyDepth <= 16 else { throw .expected("bodies at most 16 deep", "@\(name)", site) }
      return .graph(known.graph)
    case 0x5B:
      try expect("[")
      var items: [Attribute] = []
      while !accept("]") {
        items.append(try attribute(depth: depth + 1))
        guard accept(",") || peek() == 0x5D else { throw .expected("',' or ']'", found, site) }
      }
      return .list(items)
    default:
      let start = offset
      while offset < bytes.count, bytes[offset].isNameByte || (0x28...0x2B).contains(bytes[offset]) {
        offset += 1
      }
      guard start < offset else { throw .expected("an attribute value", found, site) }
      return Attribute(bare: String(decoding: bytes[start..<offset], as: UTF8.self))
    }
  }

  /// The next token as an error shows it.
  var found: String {
    var copy = self
    guard let byte = copy.peek() else { return "the end" }
    return "'\(Character(Unicode.Scalar(byte)))'"
  }
}

extension Attribute {
  /// The attribute that an unquoted `text` means.
  fileprivate init(bare text: String) {
    if text == "true" || text == "false" {
      self = .bool(text == "true")
    } else if let integer = Int64(text) {
      self = .integer(integer)
    } else if let real = Double(text), text != "infinity" {
      self = .real(real)
    } else if text.contains(where: { "*+(".contains($0) }), let dim = Dim(parsing: text) {
      self = .dim(dim)
    } else {
      self = .word(text)
    }
  }
}

extension Diagnostic {
  fileprivate static func unknownGraph(_ name: String, _ site: String) -> Diagnostic {
    Diagnostic(
      "there is no graph @\(name) above", at: site, help: "a body stands above the ops that refer to it")
  }
  fileprivate static func expected(_ what: String, _ found: String, _ site: String) -> Diagnostic {
    Diagnostic("expected \(what), found \(found)", at: site)
  }
}
