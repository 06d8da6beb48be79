package import Tensors

/// One attribute of an op, between its stored property and its text.
package indirect enum Attribute: Equatable, Sendable {
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  /// A case of an enumeration; printed bare.
  case word(String)
  /// Printed in quotes.
  case text(String)
  /// A length; a fixed one is the same as an integer.
  case dim(Dim)
  case type(TensorType)
  case list([Attribute])
  /// A body; printed as `@name`, the graph itself stands above.
  case graph(Graph)

  /// This attribute with named lengths called otherwise.
  package func renaming(_ names: [String: String]) -> Attribute {
    switch self {
    case .dim(let dim): .dim(dim.renaming(names))
    case .type(let type): .type(TensorType(type.element, type.dims.map { $0.renaming(names) }))
    case .list(let items): .list(items.map { $0.renaming(names) })
    default: self
    }
  }

  /// This attribute with every named length that `lengths` holds replaced. Throws iff that overflows.
  package func binding(_ lengths: [String: Int]) throws(Diagnostic) -> Attribute {
    switch self {
    case .dim(let dim):
      guard let bound = dim.binding(lengths) else { throw .tooLong("\(dim)") }
      return .dim(bound)
    case .type(let type):
      guard let bound = type.binding(lengths) else { throw .tooLong("\(type)") }
      return .type(bound)
    case .list(let items):
      var bound: [Attribute] = []
      for item in items { bound.append(try item.binding(lengths)) }
      return .list(bound)
    case .graph(let graph): return .graph(try graph.binding(lengths))
    default: return self
    }
  }
}

/// A stored property under its name.
package struct NamedAttribute: Equatable, Sendable {
  package let key: String
  package let value: Attribute
  package init(key: String, value: Attribute) { (self.key, self.value) = (key, value) }
}

extension Op {
  /// The stored properties, in order of declaration.
  package func attributes() throws(Diagnostic) -> [NamedAttribute] {
    let encoder = AttributeEncoder()
    do {
      try encode(to: encoder)
    } catch {
      throw (error as? Diagnostic) ?? .uncodable(Self.name, error)
    }
    return encoder.attributes
  }

  /// The op whose stored properties are `attributes`. Throws iff one is missing, unknown or of another kind.
  package init(attributes: [NamedAttribute]) throws(Diagnostic) {
    let decoder = AttributeDecoder(op: Self.name, attributes)
    do {
      try self.init(from: decoder)
    } catch {
      throw (error as? Diagnostic) ?? .uncodable(Self.name, error)
    }
    try decoder.expectAllRead()
  }

  /// This op with named lengths in its attributes replaced. Throws iff a length overflows.
  package func binding(_ lengths: [String: Int]) throws(Diagnostic) -> Self {
    var bound: [NamedAttribute] = []
    for attribute in try attributes() {
      bound.append(NamedAttribute(key: attribute.key, value: try attribute.value.binding(lengths)))
    }
    return try Self(attributes: bound)
  }
}

extension Op {
  /// This op with named lengths in its attributes called otherwise.
  package func renaming(_ names: [String: String]) throws(Diagnostic) -> Self {
    try Self(
      attributes: try attributes().map { NamedAttribute(key: $0.key, value: $0.value.renaming(names)) })
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ text: String) -> Diagnostic {
    Diagnostic("the length \(text) overflows with the lengths given")
  }
  fileprivate static func uncodable(_ op: String, _ error: any Error) -> Diagnostic {
    Diagnostic("\(op) cannot be coded as attributes: \(error)", kind: .software)
  }
}
