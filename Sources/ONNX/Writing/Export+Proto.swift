import Graphs
import Tensors

/// What stands in the file.
extension Export {
  /// Appends a node. Nodes are named as TorchScript names them, by the path of what they are part
  /// of: `/layers/0/attention/MatMul`.
  func append(
    _ operatorName: String, _ inputs: [Operand], _ attributes: [AttributeProto], to outputs: [Name],
    under path: Name
  ) {
    var node = NodeProto()
    let place = path.text.split(separator: ".").map { "/" + $0 }.joined() + "/" + operatorName
    let count = nodeCounts[place, default: 0]
    nodeCounts[place] = count + 1
    node.name = Name(count == 0 ? place : "\(place)_\(count)")
    node.operatorName = operatorName
    node.inputs = inputs.map(\.name)
    node.outputs = outputs
    node.attributes = attributes
    proto.nodes.append(node)
  }

  /// Removes nodes and initializers that nothing reads.
  func removeUnread() {
    var read = Set(proto.outputs.map(\.name))
    var kept: [NodeProto] = []
    for node in proto.nodes.reversed() where node.outputs.contains(where: read.contains) {
      read.formUnion(node.reads)
      kept.append(node)
    }
    proto.nodes = kept.reversed()
    proto.initializers.removeAll { !read.contains($0.name) }
    proto.valueInfo.removeAll { !read.contains($0.name) }
  }
}

extension NodeProto {
  /// The names that the node and its bodies read.
  fileprivate var reads: [Name] {
    attributes.reduce(into: inputs) { names, attribute in
      guard case .graph(let body) = attribute.value else { return }
      names += body.nodes.flatMap(\.reads)
    }
  }
}

extension Node {
  /// The path of what the node is part of: its name, without a last part that only repeats the op's.
  var path: Name {
    let parts = name.text.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = parts.last else { return name }
    let rest = last.dropFirst(op.name.count)
    let isNumbered = rest.first == "_" && Int(rest.dropFirst()) != nil
    let isMadeUp = last.hasPrefix(op.name) && (rest.isEmpty || isNumbered)
    return isMadeUp ? Name(parts.dropLast().joined(separator: ".")) : name
  }
}

extension TypeProto {
  /// Named lengths become `dim_param`s that hold their expressions.
  init(_ type: TensorType) {
    let dims = type.dims.map { dim in dim.fixed.map(Dimension.fixed) ?? .named(dim.description) }
    self = .tensor(ElementType(type.element), dims)
  }
}
