import Graphs
import Operators
import Tensors

/// A model whose weights are settled: what its graph computes from weights alone, such as a transposed matrix
/// or a kernel with its norm, is a weight of its own.
///
///     conv(x, weight_norm(v, g), bias)  ->  conv(x, weight, bias)
///
/// Two models that hold their weights in different shapes, or one of which has computed them before, read the
/// same ones then.
struct SettledModel {
  let graph: Graph
  let weights: ModelDiff.Weights
  /// The paths of weights that are computed.
  let computed: Set<Name>

  private static let none: ModelDiff.Weights = { (path) throws(Diagnostic) in throw Diagnostic.noWeights(path)
  }

  /// Throws iff the graph cannot be rebuilt; weights are computed when they are asked for.
  ///
  /// Without `settling` the model stays as it is; without `weights` only its graph is settled.
  init(_ graph: Graph, _ weights: ModelDiff.Weights?, settling: Bool) throws(Diagnostic) {
    let weights = weights ?? Self.none
    guard settling else {
      (self.graph, self.weights, computed) = (graph, weights, [])
      return
    }
    let isWeight = graph.weightNodes()
    let leaves = graph.weightLeaves()
    let paths = Set(graph.parameters.map(\.parameter.path))
    var parts: [Name: Graph] = [:]
    var rebuild = try Rebuild(graph)
    try rebuild.walk { rebuild, value throws(Diagnostic) in
      let node = graph[value]
      let index = Int(value.index)
      guard isWeight[index], leaves[index] == nil else { return false }
      var path = graph.derivation(of: value)
      while paths.contains(path) || parts[path] != nil { path = Name("\(path)'") }
      parts[path] = try graph.part(computing: value, as: "weight")
      rebuild.set(value, to: try rebuild.graph.parameter(path, node.type))
      return true
    }
    self.graph = try rebuild.finished().removingDead()
    let used = Set(self.graph.parameters.map(\.parameter.path))
    let computing = parts.filter { used.contains($0.key) }
    computed = Set(computing.keys)
    self.weights = { (path) throws(Diagnostic) in
      guard let part = computing[path] else { return try weights(path) }
      guard let tensor = try part.evaluate([:], parameter: weights)["weight"] else {
        return try weights(path)
      }
      return tensor
    }
  }
}

extension Graph {
  /// For each node whether it is a weight or is computed from weights and numbers alone.
  fileprivate func weightNodes() -> [Bool] {
    var (isFree, isWeight) = ([Bool](), [Bool]())
    for node in nodes {
      let isComputed = !node.inputs.isEmpty && !(node.op is any GapOp) && node.type.shape != nil
      isFree.append(
        node.op is Parameter || node.op is Constant
          || (isComputed && node.inputs.allSatisfy { isFree[Int($0.index)] }))
      isWeight.append(
        node.op is Parameter || (isFree[isFree.count - 1] && node.inputs.contains { isWeight[Int($0.index)] })
      )
    }
    return isWeight
  }

  /// What the weight that `value` computes is called: `transpose(proj.weight)[0:64]` where it is made of another
  /// in a few steps, otherwise as the node.
  fileprivate func derivation(of value: Value, steps: Int = 3) -> Name {
    let node = self[value]
    if let parameter = node.as(Parameter.self) { return parameter.path }
    guard steps > 0, node.inputs.count == 1 else { return node.name }
    let source = derivation(of: node.inputs[0], steps: steps - 1)
    if let slice = node.as(Slice.self), slice.axis == 0, slice.step == nil,
      let end = slice.start + slice.length
    {
      return Name("\(source)[\(slice.start):\(end)]")
    }
    return Name("\(node.op.name)(\(source))")
  }
}

extension Diagnostic {
  fileprivate static func noWeights(_ path: Name) -> Diagnostic {
    Diagnostic("weight \(path.quoted) is asked for, but there are none", kind: .software)
  }
}
