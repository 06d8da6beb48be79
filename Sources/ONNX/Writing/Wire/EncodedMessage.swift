import Checkpoints
import Tensors

/// A protobuf message as the bytes it is on the wire, fields in the order in which they were put.
///
/// Our own, because protobuf-c packs a message into one buffer with a copy of every weight. Here payloads of
/// tensors stay where they are, mapped, until the file is written; only what stands between them is memory.
///
/// Source: protobuf.dev, "Encoding". Repeated numbers are not packed, as in `onnx.proto`, which is proto2.
struct EncodedMessage {
  /// Bytes the message takes.
  private(set) var count = 0
  /// What stands on the wire up to the last payload, and the bytes behind that.
  private var head: [Piece] = []
  private var tail: [UInt8] = []

  enum Piece {
    case bytes([UInt8])
    case payload(Payload)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .payload(let payload): payload.count
      }
    }
  }

  /// Bytes of a tensor, and those that are still to be given.
  enum Payload {
    case tensor(Tensor)
    case draft(TensorDraft)

    var count: Int {
      switch self {
      case .tensor(let tensor): tensor.byteCount
      case .draft(let draft): draft.byteCount
      }
    }
  }

  /// What stands on the wire, one behind the other.
  var pieces: [Piece] { tail.isEmpty ? head : head + [.bytes(tail)] }

  private enum Kind: UInt64 {
    case varint = 0
    case delimited = 2
    case fixed32 = 5
  }

  mutating func put(_ field: Int, _ number: Int64) {
    putTag(field, .varint)
    putVarint(UInt64(bitPattern: number))
  }
  mutating func put(_ field: Int, _ number: Float) {
    putTag(field, .fixed32)
    append(withUnsafeBytes(of: number.bitPattern.littleEndian, Array.init))
  }
  mutating func put(_ field: Int, _ bytes: [UInt8]) {
    putTag(field, .delimited)
    putVarint(UInt64(bytes.count))
    append(bytes)
  }
  mutating func put(_ field: Int, _ text: String) { put(field, Array(text.utf8)) }
  mutating func put(_ field: Int, _ name: Name) { put(field, name.text) }

  mutating func put(_ field: Int, payload: Payload) {
    putTag(field, .delimited)
    putVarint(UInt64(payload.count))
    append(payload)
  }

  /// Puts another message, built by `fill`.
  mutating func put<Failure: Error>(
    _ field: Int, _ fill: (inout EncodedMessage) throws(Failure) -> Void
  ) throws(Failure) {
    var inner = EncodedMessage()
    try fill(&inner)
    putTag(field, .delimited)
    putVarint(UInt64(inner.count))
    for piece in inner.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .payload(let payload): append(payload)
      }
    }
  }

  private mutating func putTag(_ field: Int, _ kind: Kind) { putVarint(UInt64(field) << 3 | kind.rawValue) }

  private mutating func putVarint(_ number: UInt64) {
    var (rest, bytes) = (number, [UInt8]())
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(bytes + [UInt8(rest)])
  }

  private mutating func append(_ bytes: [UInt8]) {
    count += bytes.count
    tail += bytes
  }

  private mutating func append(_ payload: Payload) {
    guard payload.count > 0 else { return }
    count += payload.count
    head = pieces + [.payload(payload)]
    tail = []
  }
}

// MARK: what most messages hold

extension EncodedMessage {
  /// Puts what is not the default of its field.
  mutating func putUnlessEmpty(_ field: Int, _ text: String) { if !text.isEmpty { put(field, text) } }
  mutating func putUnlessEmpty(_ field: Int, _ name: Name) { putUnlessEmpty(field, name.text) }
  mutating func putUnlessZero(_ field: Int, _ number: Int64) { if number != 0 { put(field, number) } }

  /// `StringStringEntryProto`, one an entry.
  mutating func put(_ field: Int, _ entries: [StringEntry]) {
    for entry in entries {
      put(field) { message in
        message.put(1, entry.key)
        message.put(2, entry.value)
      }
    }
  }

  /// `OperatorSetIdProto`, one a domain, by name.
  mutating func put(_ field: Int, opsets: [String: Int]) {
    for (domain, version) in opsets.sorted(by: { $0.key < $1.key }) {
      put(field) { message in
        message.put(1, domain)
        message.put(2, Int64(version))
      }
    }
  }
}
