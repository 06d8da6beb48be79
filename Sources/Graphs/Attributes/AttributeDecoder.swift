import Tensors

/// Gives the attributes of an op back as its stored properties.
final class AttributeDecoder: Decoder {
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]
  private let op: String
  private let attributes: [NamedAttribute]
  private var read: Set<String> = []

  init(op: String, _ attributes: [NamedAttribute]) { (self.op, self.attributes) = (op, attributes) }

  /// Throws iff an attribute was given that the op does not have, or one was given twice.
  func expectAllRead() throws(Diagnostic) {
    for attribute in attributes where !read.contains(attribute.key) {
      throw .unknown(attribute.key, op, read.sorted())
    }
    guard Set(attributes.map(\.key)).count == attributes.count else { throw .repeated(op) }
  }

  fileprivate func find(_ key: String) -> Attribute? {
    read.insert(key)
    return attributes.first { $0.key == key }?.value
  }
  fileprivate func get(_ key: String) throws(Diagnostic) -> Attribute {
    guard let value = find(key) else { throw .missing(key, op) }
    return value
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed(decoder: self))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Diagnostic.shape(op) }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Diagnostic.shape(op) }
}

/// A decoder that shows the attribute it decodes.
protocol AttributeCarrier: Decoder {
  var attribute: Attribute { get }
}

extension AttributeDecoder {
  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: AttributeDecoder
    let codingPath: [any CodingKey] = []
    var allKeys: [Key] { decoder.attributes.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { decoder.find(key.stringValue) != nil }
    func decodeNil(forKey key: Key) -> Bool { decoder.find(key.stringValue) == nil }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      let attribute = try decoder.get(key.stringValue)
      do {
        return try T(from: Carrier(attribute))
      } catch let error as Diagnostic {
        throw error.located(at: "attribute \(key.stringValue) of \(decoder.op)")
      } catch {
        throw Diagnostic.kind(attribute, "\(T.self)").located(
          at: "attribute \(key.stringValue) of \(decoder.op)")
      }
    }
    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type, forKey key: Key) throws
      -> KeyedDecodingContainer<NestedKey>
    { throw Diagnostic.shape(decoder.op) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw Diagnostic.shape(decoder.op)
    }
    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { decoder }
  }

  /// A decoder of one attribute.
  private struct Carrier: AttributeCarrier {
    let attribute: Attribute
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    init(_ attribute: Attribute) { self.attribute = attribute }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
      throw Diagnostic.kind(attribute, "structure")
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
      guard case .list(let items) = attribute else { throw Diagnostic.kind(attribute, "list") }
      return Items(items)
    }
    func singleValueContainer() -> any SingleValueDecodingContainer { Single(attribute) }
  }

  private struct Single: SingleValueDecodingContainer {
    let attribute: Attribute
    let codingPath: [any CodingKey] = []
    init(_ attribute: Attribute) { self.attribute = attribute }

    func decodeNil() -> Bool { false }
    func decode(_: Bool.Type) throws -> Bool {
      guard case .bool(let value) = attribute else { throw Diagnostic.kind(attribute, "true or false") }
      return value
    }
    func decode(_: String.Type) throws -> String {
      switch attribute {
      case .word(let value), .text(let value): return value
      case .dim(let dim): return dim.description
      case .integer(let value): return String(value)
      case .type(let type): return type.description
      default: throw Diagnostic.kind(attribute, "word")
      }
    }
    func decode(_: Double.Type) throws -> Double {
      switch attribute {
      case .real(let value): return value
      case .integer(let value): return Double(value)
      case .dim(let dim) where dim.fixed != nil: return Double(dim.offset)
      default: throw Diagnostic.kind(attribute, "number")
      }
    }
    func decode(_: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    private func whole<T: FixedWidthInteger>() throws -> T {
      switch attribute {
      case .integer(let value):
        guard let exact = T(exactly: value) else { break }
        return exact
      case .dim(let dim):
        guard let length = dim.fixed, let exact = T(exactly: length) else { break }
        return exact
      default: break
      }
      throw Diagnostic.kind(attribute, "whole number")
    }
    func decode(_: Int.Type) throws -> Int { try whole() }
    func decode(_: Int8.Type) throws -> Int8 { try whole() }
    func decode(_: Int16.Type) throws -> Int16 { try whole() }
    func decode(_: Int32.Type) throws -> Int32 { try whole() }
    func decode(_: Int64.Type) throws -> Int64 { try whole() }
    func decode(_: UInt.Type) throws -> UInt { try whole() }
    func decode(_: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_: UInt64.Type) throws -> UInt64 { try whole() }
    func decode<T: Decodable>(_: T.Type) throws -> T { try T(from: Carrier(attribute)) }
  }

  private struct Items: UnkeyedDecodingContainer {
    let items: [Attribute]
    var currentIndex = 0
    let codingPath: [any CodingKey] = []
    init(_ items: [Attribute]) { self.items = items }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    mutating func decodeNil() -> Bool { false }
    mutating func decode<T: Decodable>(_: T.Type) throws -> T {
      guard !isAtEnd else { throw Diagnostic.kind(.list(items), "longer list") }
      defer { currentIndex += 1 }
      return try T(from: Carrier(items[currentIndex]))
    }
    mutating func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) throws
      -> KeyedDecodingContainer<NestedKey>
    { throw Diagnostic.kind(.list(items), "plain list") }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      guard !isAtEnd, case .list(let inner) = items[currentIndex] else {
        throw Diagnostic.kind(.list(items), "list of lists")
      }
      currentIndex += 1
      return Items(inner)
    }
    mutating func superDecoder() throws -> any Decoder { throw Diagnostic.kind(.list(items), "plain list") }
  }
}

extension Diagnostic {
  fileprivate static func missing(_ key: String, _ op: String) -> Diagnostic {
    Diagnostic("\(op) lacks the attribute \(key)")
  }
  fileprivate static func unknown(_ key: String, _ op: String, _ known: [String]) -> Diagnostic {
    Diagnostic(
      "\(op) has no attribute \(key)",
      help: known.isEmpty ? "\(op) takes none" : "it takes \(known.joined(separator: ", "))")
  }
  fileprivate static func repeated(_ op: String) -> Diagnostic {
    Diagnostic("an attribute of \(op) is given twice")
  }
  fileprivate static func shape(_ op: String) -> Diagnostic {
    Diagnostic("the properties of \(op) are not flat", kind: .software)
  }
  fileprivate static func kind(_ attribute: Attribute, _ expected: String) -> Diagnostic {
    Diagnostic("\(attribute.text) is no \(expected)")
  }
}
