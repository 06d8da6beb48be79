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

  /// This attribute with every dim, type and body in it replaced. Throws iff one cannot be.
  fileprivate func replacing(
    dim: (Dim) -> Dim?, graph: (Graph) throws(Diagnostic) -> Graph
  ) throws(Diagnostic) -> Attribute {
    switch self {
    case .dim(let old):
      guard let new = dim(old) else { throw .tooLong("\(old)") }
      return .dim(new)
    case .type(let old):
      var new = old
      for axis in old.dims.indices {
        guard let dim = dim(old.dims[axis]) else { throw .tooLong("\(old)") }
        new.dims[axis] = dim
      }
      return .type(new)
    case .list(let items):
      var new: [Attribute] = []
      for item in items { new.append(try item.replacing(dim: dim, graph: graph)) }
      return .list(new)
    case .graph(let old): return .graph(try graph(old))
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
    try replacing({ $0.binding(lengths) }) { graph throws(Diagnostic) in try graph.binding(lengths) }
  }

  /// This op with names of lengths in its attributes replaced by dims. Throws iff a length overflows.
  package func replacing(_ dims: [String: Dim]) throws(Diagnostic) -> Self {
    try replacing({ $0.replacing(dims) }) { graph throws(Diagnostic) in
      try graph.mapping { node throws(Diagnostic) in try node.op.replacing(dims) }
    }
  }

  private func replacing(
    _ dim: (Dim) -> Dim?, _ graph: (Graph) throws(Diagnostic) -> Graph
  ) throws(Diagnostic) -> Self {
    var replaced: [NamedAttribute] = []
    for attribute in try attributes() {
      let value = try attribute.value.replacing(dim: dim, graph: graph)
      replaced.append(NamedAttribute(key: attribute.key, value: value))
    }
    return try Self(attributes: replaced)
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
