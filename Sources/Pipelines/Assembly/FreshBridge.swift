import Checkpoints
package import Graphs
package import Passes
package import Tensors

/// An untrained bridge: it computes, and adds nothing, since its output projections are zero.
package struct FreshBridge {
  package let bridge: Bridge
  package let seed: UInt64

  package init(_ bridge: Bridge, seed: UInt64) { (self.bridge, self.seed) = (bridge, seed) }

  /// Writes the trainable parameters of `graph`, the backbone with this bridge, to a safetensors file.
  ///
  /// Matrices are drawn from ±1/√(inputs), as PyTorch draws them; norms begin at 1 and 0, gates at 1.
  package func write(_ graph: Graph, to path: String) throws(Diagnostic) {
    var generator = TorchGenerator(seed: seed)
    var tensors: [(name: Name, tensor: Tensor)] = []
    for (_, parameter) in graph.parameters where !parameter.frozen {
      let values = try values(for: parameter, &generator)
      tensors.append((parameter.path, try Tensor(reals: values, as: parameter.type)))
    }
    try Checkpoint.write(
      tensors, metadata: bridge.metadata.map { (Name($0.key), $0.value) }, to: path)
  }

  private func values(for parameter: Parameter, _ generator: inout TorchGenerator) throws(Diagnostic)
    -> [Double]
  {
    let count = parameter.type.count ?? 0
    let path = parameter.path.text
    if path.hasSuffix("to_out.weight") || path.hasSuffix("norm.bias") || path.hasSuffix("to_out.bias") {
      return Array(repeating: 0, count: count)
    }
    if path.hasSuffix("norm.weight") || path.hasSuffix("gate") { return Array(repeating: 1, count: count) }
    let inputs = parameter.type.shape?.last ?? 1
    let bound = 1 / Double(max(inputs, 1)).squareRoot()
    return generator.uniforms(count).map { (Double($0) * 2 - 1) * bound }
  }
}
