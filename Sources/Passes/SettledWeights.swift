package import Graphs
import Operators
package import Tensors

/// A graph whose parameters are read as they stand: what only ever turns or reshapes a parameter is part of the
/// way its tensor is read.
///
///     linear(x, transpose(parameter f32[64, 48]))  ->  linear(x, parameter f32[48, 64])
///
/// Exporters keep a weight the other way round than upstream; settled, the two graphs are alike.
package struct SettledWeights: Sendable {
  package let graph: Graph
  /// What is done to the tensor at a path before it is read, in order.
  private let moves: [Name: [any Op]]

  /// Parameters that are read in more than one way stay as they are.
  package init(_ graph: Graph) throws(Diagnostic) {
    var graph = graph
    var moves: [Name: [any Op]] = [:]
    while true {
      let ways = graph.soleMoves()
      guard !ways.isEmpty else { break }
      var rebuild = try Rebuild(graph)
      try rebuild.walk { (rebuild, value) throws(Diagnostic) in
        let node = graph[value]
        if let way = ways[value], let parameter = node.op as? Parameter {
          let type = graph[way].type
          moves[parameter.path, default: []].append(graph[way].op)
          rebuild.set(value, to: try rebuild.graph.parameter(parameter.path, type, frozen: parameter.frozen))
          return true
        }
        guard let source = node.inputs.first, ways[source] == value else { return false }
        rebuild.set(value, to: try rebuild.new(source))
        return true
      }
      graph = try rebuild.finished()
    }
    (self.graph, self.moves) = (graph, moves)
  }

  /// The tensor at `path` as the graph reads it, made of what `read` gives.
  package func tensor(
    _ path: Name, _ read: (Name) throws(Diagnostic) -> Tensor
  ) throws(Diagnostic) -> Tensor {
    var tensor = try read(path)
    for op in moves[path] ?? [] {
      tensor = try op.evaluate([tensor], as: try op.infer([tensor.type]))
    }
    return tensor
  }
}

extension Graph {
  /// For each parameter that one transpose or reshape reads and nobody else, that node.
  fileprivate func soleMoves() -> [Value: Value] {
    let uses = useCounts()
    var moves: [Value: Value] = [:]
    for value in allValues where self[value].op is Transpose || self[value].op is Reshape {
      let source = self[value].inputs[0]
      guard self[source].op is Parameter, uses[Int(source.index)] == 1 else { continue }
      moves[source] = value
    }
    return moves
  }
}
