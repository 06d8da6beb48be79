import Checkpoints
import Tensors

extension TensorProto {
  func fill(_ message: inout EncodedMessage) { fill(&message, at: nil) }

  /// The message of the tensor; its bytes are in it, or at `place`.
  func fill(_ message: inout EncodedMessage, at place: ExternalPlace?) {
    for length in shape { message.put(1, Int64(length)) }
    message.put(2, Int64(elementType.rawValue))
    if case .strings(let texts, _) = contents { for bytes in texts { message.put(6, bytes) } }
    message.putUnlessEmpty(8, name)
    if let payload, place == nil { message.put(9, payload: payload) }
    message.putUnlessEmpty(12, documentation)
    if let place {
      message.put(13, place.entries)
      message.put(14, 1 as Int64)
    }
    message.put(16, metadata)
  }

  /// The bytes of numbers; `nil` for strings.
  var payload: EncodedMessage.Payload? {
    switch contents {
    case .tensor(let tensor): .tensor(tensor)
    case .draft(let draft): .draft(draft)
    case .strings: nil
    }
  }

  private var shape: [Int] {
    switch contents {
    case .tensor(let tensor): tensor.shape
    case .draft(let draft): draft.type.shape ?? []
    case .strings(_, let shape): shape
    }
  }

  private var elementType: ElementType {
    switch contents {
    case .tensor(let tensor): ElementType(tensor.type.element)
    case .draft(let draft): ElementType(draft.type.element)
    case .strings: .string
    }
  }
}

extension SparseTensorProto {
  func fill(_ message: inout EncodedMessage) {
    message.put(1, values.fill)
    message.put(2, indices.fill)
    for length in shape { message.put(3, Int64(length)) }
  }
}

extension ExternalPlace {
  fileprivate var entries: [StringEntry] {
    [
      StringEntry(key: "location", value: location), StringEntry(key: "offset", value: String(offset)),
      StringEntry(key: "length", value: String(length)),
    ]
  }
}
