extension NodeProto {
  /// This node of a function's body with references to the function's attributes replaced by what the call
  /// gives, or by the defaults; a reference to neither is dropped, so that the operator's own default holds.
  func binding(_ given: [AttributeProto], defaults: [AttributeProto]) -> NodeProto {
    var node = self
    node.attributes = attributes.compactMap { attribute in
      var bound = attribute
      switch attribute.value {
      case .reference(let name):
        guard let value = (given + defaults).first(where: { $0.name == name })?.value else { return nil }
        bound.value = value
      case .graph(let graph): bound.value = .graph(graph.binding(given, defaults: defaults))
      case .graphs(let graphs):
        bound.value = .graphs(graphs.map { $0.binding(given, defaults: defaults) })
      default: break
      }
      return bound
    }
    return node
  }
}

extension GraphProto {
  fileprivate func binding(_ given: [AttributeProto], defaults: [AttributeProto]) -> GraphProto {
    var graph = self
    graph.nodes = nodes.map { $0.binding(given, defaults: defaults) }
    return graph
  }
}
