import Tensors

/// Collects the stored properties of an op as attributes. Knows flat structures of numbers, words, names,
/// dims, types, bodies and lists of those; nothing else belongs into an op.
final class AttributeEncoder: Encoder {
  private(set) var attributes: [NamedAttribute] = []
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  fileprivate func put(_ key: String, _ value: Attribute) {
    attributes.append(NamedAttribute(key: key, value: value))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Keyed(encoder: self))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { Single() }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single() }

  /// `value` as an attribute. Throws iff its kind is none an op may hold.
  static func attribute(_ value: some Encodable) throws -> Attribute {
    switch value {
    case let dim as Dim: return .dim(dim)
    case let type as TensorType: return .type(type)
    case let name as Name: return .text(name.text)
    case let body as Body: return .graph(body.graph)
    case let items as [any Encodable]: return .list(try items.map { try attribute($0) })
    default: break
    }
    let single = Single()
    let carrier = Carrier(single)
    try value.encode(to: carrier)
    guard let attribute = single.value else { throw Diagnostic.unknownKind("\(type(of: value))") }
    if case .text(let word) = attribute, value is any RawRepresentable { return .word(word) }
    return attribute
  }
}

extension AttributeEncoder {
  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: AttributeEncoder
    let codingPath: [any CodingKey] = []

    mutating func encodeNil(forKey key: Key) {}
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      encoder.put(key.stringValue, try attribute(value))
    }
    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
      KeyedEncodingContainer(AttributeEncoder.Keyed<NestedKey>(encoder: encoder))
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { Single() }
    mutating func superEncoder() -> any Encoder { encoder }
    mutating func superEncoder(forKey key: Key) -> any Encoder { encoder }
  }

  /// An encoder of one value.
  private struct Carrier: Encoder {
    let single: Single
    init(_ single: Single) { self.single = single }
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      KeyedEncodingContainer(Keyed(encoder: AttributeEncoder()))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { single }
    func singleValueContainer() -> any SingleValueEncodingContainer { single }
  }

  private final class Single: SingleValueEncodingContainer, UnkeyedEncodingContainer {
    var value: Attribute?
    let codingPath: [any CodingKey] = []
    let count = 0

    func encodeNil() {}
    func encode(_ value: Bool) { self.value = .bool(value) }
    func encode(_ value: String) { self.value = .text(value) }
    func encode(_ value: Double) { self.value = .real(value) }
    func encode(_ value: Float) { self.value = .real(Double(value)) }
    func encode(_ value: Int) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int8) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int16) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int32) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int64) { self.value = .integer(value) }
    func encode(_ value: UInt) { self.value = .integer(Int64(bitPattern: UInt64(value))) }
    func encode(_ value: UInt8) { self.value = .integer(Int64(value)) }
    func encode(_ value: UInt16) { self.value = .integer(Int64(value)) }
    func encode(_ value: UInt32) { self.value = .integer(Int64(value)) }
    func encode(_ value: UInt64) { self.value = .integer(Int64(bitPattern: value)) }
    func encode<T: Encodable>(_ value: T) throws { self.value = try attribute(value) }
    func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type)
      -> KeyedEncodingContainer<NestedKey>
    { KeyedEncodingContainer(Keyed(encoder: AttributeEncoder())) }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
    func superEncoder() -> any Encoder { AttributeEncoder() }
  }
}

extension Diagnostic {
  fileprivate static func unknownKind(_ type: String) -> Diagnostic {
    Diagnostic("an op holds a \(type), which has no text form", kind: .software)
  }
}
