package import Tensors

/// The result of one node, meaningful only relative to the graph that minted it.
package struct Value: Hashable, Sendable {
  /// The node's place in `Graph.nodes`.
  package let index: UInt32

  init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
}

/// One operation of a graph, and its one result.
package struct Node: Sendable, Equatable {
  package let op: any Op
  /// Minted earlier by the same graph.
  package let inputs: [Value]
  package let type: TensorType
  /// Unique in the graph; dots carry structure (`layers.0.video_attention.q`).
  package let name: Name

  package static func == (a: Node, b: Node) -> Bool {
    a.inputs == b.inputs && a.type == b.type && a.name == b.name && a.op.isEqual(to: b.op)
  }

  /// The op as an `Operation`, or `nil` iff it is another one.
  package func `as`<Operation: Op>(_: Operation.Type) -> Operation? { op as? Operation }
}
