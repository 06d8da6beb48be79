package import Checkpoints
package import Graphs
package import Tensors

extension ModelProto {
  /// The opsets that graphs are written in.
  package static let opsets = 17...24
  /// What PyTorch writes, and what runtimes of two years ago read.
  package static let defaultOpset = 20

  /// `graph` with its weights as an ONNX model.
  ///
  /// Inputs, outputs and named lengths keep their names, parameters become initializers under their paths, in the
  /// elements of the drafts that `parameter` gives, and nodes are named by their place in the graph. Composites become operators where
  /// `opset` has one of their meaning and are expanded where it has not. Throws iff `opset` is none of `opsets`,
  /// a node is not understood, or an op cannot be said.
  package init(
    exporting graph: Graph, opset: Int = Self.defaultOpset, producer: String = "foley", version: String = "",
    metadata: [StringEntry] = [], parameter: (Name) throws(Diagnostic) -> TensorDraft
  ) throws(Diagnostic) {
    guard Self.opsets.contains(opset) else { throw .opset(opset) }
    let graph = try graph.removingDead()
    try graph.expectSupported()
    var parameters: [Name: TensorDraft] = [:]
    for (_, op) in graph.parameters { parameters[op.path] = try parameter(op.path) }
    self.init()
    self.graph = try Export(graph, opset: opset, parameters: parameters).run()
    irVersion = Self.irVersion(of: opset)
    opsets = ["": opset]
    (producerName, producerVersion, self.metadata) = (producer, version, metadata)
  }

  /// The format that came with `opset`, but none above 10, which older runtimes refuse.
  ///
  /// Source: `VERSION_TABLE` of `onnx.helper`.
  private static func irVersion(of opset: Int) -> Int64 { opset < 19 ? 8 : opset < 21 ? 9 : 10 }
}

extension Diagnostic {
  fileprivate static func opset(_ opset: Int) -> Diagnostic {
    Diagnostic(
      "opset \(opset) cannot be written",
      help: "choose one of \(ModelProto.opsets.lowerBound) to \(ModelProto.opsets.upperBound)", kind: .usage)
  }
}
