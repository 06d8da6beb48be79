extension TypeProto {
  func fill(_ message: inout EncodedMessage) {
    switch self {
    case .tensor(let element, let dims): message.put(1) { $0.put(element, dims) }
    case .sequence(let inner): message.put(4) { $0.put(1, inner.fill) }
    case .map(let key, let value):
      message.put(5) { message in
        message.put(1, Int64(key.rawValue))
        message.put(2, value.fill)
      }
    case .opaque(let domain, let name):
      message.put(7) { message in
        message.put(1, domain)
        message.put(2, name)
      }
    case .sparseTensor(let element, let dims): message.put(8) { $0.put(element, dims) }
    case .optional(let inner): message.put(9) { $0.put(1, inner.fill) }
    }
  }
}

extension EncodedMessage {
  fileprivate mutating func put(_ element: ElementType, _ dims: [TypeProto.Dimension]?) {
    put(1, Int64(element.rawValue))
    guard let dims else { return }
    put(2) { shape in for dim in dims { shape.put(1, dim.fill) } }
  }
}

extension TypeProto.Dimension {
  fileprivate func fill(_ message: inout EncodedMessage) {
    switch self {
    case .fixed(let length): message.put(1, Int64(length))
    case .named(let name): message.put(2, name)
    case .unknown: break
    }
  }
}
