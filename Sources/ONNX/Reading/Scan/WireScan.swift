import Tensors

/// Makes the compact copy of a message, in one walk without recursion.
struct WireScan {
  private var compact: [UInt8] = []
  private var notes = Notes()
  private var cursor: WireCursor
  private var frames: [Frame]
  private var (nodes, tensors, unknown) = (0, 0, 0)
  private var leftOut: Set<String> = []

  /// A message that is open.
  private struct Frame {
    let message: WireMessage
    let range: Range<Int>
    /// Where the length goes in the copy; `nil` for the outermost message.
    let lengthPlace: Int?
    /// The graphs around, and this one.
    let subgraphs: Int
    /// The fields that came, as bits.
    var seen: UInt64 = 0
    /// Elements of repeated numbers and dims.
    var elements = 0
  }

  /// The compact copy of `bytes`. Throws iff they are no `root` within the limits.
  static func compact(_ bytes: UnsafeRawBufferPointer, as root: WireMessage) throws(Diagnostic)
    -> CompactMessage
  {
    let scan = try WireScan(bytes, as: root)
    return CompactMessage(bytes: scan.compact, notes: scan.notes)
  }

  private init(_ bytes: UnsafeRawBufferPointer, as root: WireMessage) throws(Diagnostic) {
    cursor = WireCursor(bytes, in: 0..<bytes.count)
    frames = [Frame(message: root, range: 0..<bytes.count, lengthPlace: nil, subgraphs: 0)]
    while let frame = frames.last {
      if cursor.position < frame.range.upperBound {
        try takeField(of: frame)
      } else {
        try close(frame)
      }
    }
    if unknown > 0 { notes.add("unknown", "\(unknown) bytes are in fields that ONNX does not define") }
    for field in leftOut.sorted() { notes.add("left out", "the file has \(field), which is left out") }
  }

  private mutating func takeField(of frame: Frame) throws(Diagnostic) {
    let start = cursor.position
    let tag = try cursor.tag()
    guard let field = frame.message.field(tag.number) else {
      _ = try cursor.payload(tag.type)
      unknown += cursor.position - start
      return
    }
    let bit: UInt64 = 1 << UInt64(tag.number)
    guard field.isRepeated || frame.seen & bit == 0 else { throw .repeated(field, frame.message, start) }
    switch field.kind {
    case .leftOut:
      _ = try cursor.payload(tag.type)
      leftOut.insert(field.name)
    case .data:
      _ = try cursor.payload(tag.type)
    case .message(let message):
      guard tag.type == .delimited else { throw .wireType(field, frame.message, tag.type, start) }
      frames[frames.count - 1].seen |= bit
      if message == .dimension { try countElements(1, field, start) }
      return try open(message, tag, start)
    case .name, .text, .bytes:
      guard tag.type == .delimited else { throw .wireType(field, frame.message, tag.type, start) }
      let range = try cursor.payload(tag.type)
      try check(range, field, frame.message)
      if field.isRequired, range.isEmpty { throw .missing(field.name, frame.message, start) }
      copy(start..<cursor.position)
    case .varint, .fixed32:
      try takeNumbers(tag, field, frame.message, start)
      copy(start..<cursor.position)
    }
    frames[frames.count - 1].seen |= bit
  }

  /// Takes one number, or many that are packed where the field may be repeated.
  private mutating func takeNumbers(
    _ tag: WireCursor.Tag, _ field: WireField, _ message: WireMessage, _ start: Int
  ) throws(Diagnostic) {
    let isVarint = if case .varint = field.kind { true } else { false }
    guard tag.type == .delimited, field.isRepeated else {
      guard tag.type == (isVarint ? .varint : .fixed32) else {
        throw .wireType(field, message, tag.type, start)
      }
      _ = try cursor.payload(tag.type)
      if field.isRepeated { try countElements(1, field, start) }
      return
    }
    let range = try cursor.delimited()
    var numbers = WireCursor(cursor.bytes, in: range)
    var count = 0
    while !numbers.isAtEnd {
      _ = try numbers.payload(isVarint ? .varint : .fixed32)
      count += 1
    }
    cursor.position = range.upperBound
    try countElements(count, field, start)
  }

  private mutating func countElements(_ count: Int, _ field: WireField, _ start: Int) throws(Diagnostic) {
    let last = frames.count - 1
    frames[last].elements += count
    let limit = frames[last].message.elementLimit
    guard frames[last].elements <= limit else {
      throw .tooMany("\(field.name) in one \(frames[last].message.name)", limit, start)
    }
  }

  /// Begins a message in the copy, with five bytes for a length that is not known yet.
  private mutating func open(_ message: WireMessage, _ tag: WireCursor.Tag, _ start: Int) throws(Diagnostic) {
    guard frames.count < ReadingLimits.depth else { throw .tooDeep(start) }
    if message == .node { nodes += 1 }
    if message == .tensor { tensors += 1 }
    guard nodes <= ReadingLimits.nodes else { throw .tooMany("nodes", ReadingLimits.nodes, start) }
    guard tensors <= ReadingLimits.tensors else { throw .tooMany("tensors", ReadingLimits.tensors, start) }
    let subgraphs = (frames.last?.subgraphs ?? 0) + (message == .graph ? 1 : 0)
    guard subgraphs <= ReadingLimits.subgraphs else { throw .tooManySubgraphs(start) }
    let range = try cursor.delimited()
    append(UInt64(tag.number) << 3 | WireCursor.WireType.delimited.rawValue)
    frames.append(
      Frame(message: message, range: range, lengthPlace: compact.count, subgraphs: subgraphs))
    compact.append(contentsOf: [0x80, 0x80, 0x80, 0x80, 0])
    cursor.end = range.upperBound
  }

  private mutating func close(_ frame: Frame) throws(Diagnostic) {
    let missing = frame.message.required & ~frame.seen
    if missing != 0, let field = frame.message.field(missing.trailingZeroBitCount) {
      throw .missing(field.name, frame.message, frame.range.lowerBound)
    }
    if frame.message == .tensor {
      append(1001 << 3 | WireCursor.WireType.fixed64.rawValue)
      withUnsafeBytes(of: UInt64(frame.range.lowerBound).littleEndian) { compact.append(contentsOf: $0) }
      append(1002 << 3 | WireCursor.WireType.fixed64.rawValue)
      withUnsafeBytes(of: UInt64(frame.range.upperBound).littleEndian) { compact.append(contentsOf: $0) }
    }
    if let place = frame.lengthPlace {
      var length = compact.count - place - 5
      for byte in 0..<4 {
        compact[place + byte] |= UInt8(length & 0x7F)
        length >>= 7
      }
      compact[place + 4] = UInt8(length & 0x7F)
    }
    frames.removeLast()
    cursor.end = frames.last?.range.upperBound ?? cursor.end
  }

  private mutating func check(_ range: Range<Int>, _ field: WireField, _ message: WireMessage)
    throws(Diagnostic)
  {
    let text = UnsafeRawBufferPointer(rebasing: cursor.bytes[range])
    if case .bytes = field.kind { return }
    let isASCII = text.allSatisfy { $0 < 0x80 }
    guard isASCII || String(validating: text, as: UTF8.self) != nil else {
      throw .notUTF8(field, message, range.lowerBound)
    }
    guard case .name = field.kind else { return }
    guard range.count <= ReadingLimits.name else { throw .longName(field, message, range) }
    guard text.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return }
    guard !text.contains(0) else { throw .nul(field, message, range.lowerBound) }
    notes.add(
      "controls", "\(field.name) of a \(message.name) at byte \(range.lowerBound) has control characters")
  }

  private mutating func copy(_ range: Range<Int>) {
    compact.append(contentsOf: UnsafeRawBufferPointer(rebasing: cursor.bytes[range]))
  }

  private mutating func append(_ varint: UInt64) {
    var rest = varint
    while rest >= 0x80 {
      compact.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    compact.append(UInt8(truncatingIfNeeded: rest))
  }
}

extension Diagnostic {
  fileprivate static func repeated(_ field: WireField, _ message: WireMessage, _ place: Int) -> Diagnostic {
    Diagnostic(
      "\(field.name) of one \(message.name) comes a second time at byte \(place); expected it once",
      help: "two files may have been joined; fetch the file again")
  }
  fileprivate static func missing(_ field: String, _ message: WireMessage, _ place: Int) -> Diagnostic {
    Diagnostic("the \(message.name) at byte \(place) has no \(field)")
  }
  fileprivate static func wireType(
    _ field: WireField, _ message: WireMessage, _ type: WireCursor.WireType, _ place: Int
  ) -> Diagnostic {
    Diagnostic("\(field.name) of the \(message.name) at byte \(place) has wire type \(type.rawValue)")
  }
  fileprivate static func tooDeep(_ place: Int) -> Diagnostic {
    Diagnostic(
      "byte \(place) begins a message inside \(ReadingLimits.depth) others; at most \(ReadingLimits.depth) may nest"
    )
  }
  fileprivate static func tooManySubgraphs(_ place: Int) -> Diagnostic {
    Diagnostic(
      "byte \(place) begins a graph inside \(ReadingLimits.subgraphs) others; at most \(ReadingLimits.subgraphs) may nest"
    )
  }
  fileprivate static func tooMany(_ what: String, _ limit: Int, _ place: Int) -> Diagnostic {
    Diagnostic("there are more than \(limit) \(what) at byte \(place); at most \(limit) are allowed")
  }
  fileprivate static func notUTF8(_ field: WireField, _ message: WireMessage, _ place: Int) -> Diagnostic {
    Diagnostic("\(field.name) of a \(message.name) at byte \(place) is not UTF-8")
  }
  fileprivate static func longName(_ field: WireField, _ message: WireMessage, _ range: Range<Int>)
    -> Diagnostic
  {
    Diagnostic(
      "\(field.name) of a \(message.name) at byte \(range.lowerBound) takes \(range.count) bytes; at most \(ReadingLimits.name) are allowed"
    )
  }
  fileprivate static func nul(_ field: WireField, _ message: WireMessage, _ place: Int) -> Diagnostic {
    Diagnostic("\(field.name) of a \(message.name) at byte \(place) has a NUL in it")
  }
}
