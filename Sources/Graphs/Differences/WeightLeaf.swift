package import Tensors

/// A weight as a graph reads it: a parameter, or bytes of one that ops do nothing to but cut and reshape.
///
/// Two graphs that keep queries, keys and values in one matrix and in three read the same leaves.
package struct WeightLeaf: Hashable, Sendable {
  package let path: Name
  /// Bytes from the parameter's start.
  package let offset: Int
  /// What is read; of the parameter's element type as the graph has it.
  package let type: TensorType

  package init(path: Name, offset: Int, type: TensorType) {
    (self.path, self.offset, self.type) = (path, offset, type)
  }
}

extension Graph {
  /// The weights that nodes read and results are, in order of first use; one may come twice.
  package func readWeights() -> [WeightLeaf] {
    let leaves = weightLeaves()
    let reads = nodes.indices.filter { leaves[$0] == nil }.flatMap { nodes[$0].inputs } + outputs.map(\.value)
    return reads.compactMap { leaves[Int($0.index)] }
  }

  /// For each node the weight it is, or `nil` iff it is none.
  package func weightLeaves() -> [WeightLeaf?] {
    var leaves: [WeightLeaf?] = []
    for node in nodes {
      if let parameter = node.op as? Parameter {
        leaves.append(WeightLeaf(path: parameter.path, offset: 0, type: parameter.type))
      } else {
        leaves.append(leaf(of: node, leaves))
      }
    }
    return leaves
  }

  private func leaf(of node: Node, _ leaves: [WeightLeaf?]) -> WeightLeaf? {
    guard !node.inputs.isEmpty, node.type.shape != nil,
      let view = node.op.view(node.inputs.map { self[$0].type }, node.type),
      node.inputs.indices.contains(view.input), let whole = leaves[Int(node.inputs[view.input].index)]
    else { return nil }
    return WeightLeaf(path: whole.path, offset: whole.offset + view.offset, type: node.type)
  }
}
