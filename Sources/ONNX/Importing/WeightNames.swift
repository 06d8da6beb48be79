import Tensors

/// The upstream paths of weights whose names an exporter has lost.
///
/// Both of torch's exporters transpose the matrices of linears and call the results `onnx::MatMul_896` or
/// `val_10`; the node that reads one still tells the module it came from.
enum WeightNames {
  /// Whether `name` was made up by an exporter.
  static func isGenerated(_ name: Name) -> Bool {
    let text = name.text
    if text.hasPrefix("onnx::") || text.isEmpty { return true }
    guard let underscore = text.lastIndex(of: "_") else { return false }
    let (head, tail) = (text[..<underscore], text[text.index(after: underscore)...])
    return !tail.isEmpty && tail.allSatisfy(\.isNumber) && !head.contains(".")
  }

  /// Paths for the initializers of `graph` that need one: `MODULE.weight`, `MODULE.bias`.
  static func recovered(in graph: GraphProto) -> [Name: Name] {
    let generated = Set(graph.initializers.map(\.name).filter { isGenerated($0) || !$0.text.contains(".") })
    var taken = Set(graph.initializers.map(\.name))
    var paths: [Name: Name] = [:]
    for node in graph.nodes where roles[node.operatorName] != nil {
      guard let module = node.modulePath, module != "", let roles = roles[node.operatorName] else { continue }
      for (name, role) in zip(node.inputs, roles) where generated.contains(name) && paths[name] == nil {
        let path = Name(role).prefixed(by: module)
        guard role != "", taken.insert(path).inserted else { continue }
        paths[name] = path
      }
    }
    return paths
  }

  /// What the inputs of an operator are to the module that it comes from.
  private static let roles: [String: [String]] = [
    "MatMul": ["weight", "weight"], "Gemm": ["", "weight", "bias"], "Conv": ["", "weight", "bias"],
    "ConvTranspose": ["", "weight", "bias"], "Gather": ["weight"],
    "LayerNormalization": ["", "weight", "bias"], "RMSNormalization": ["", "weight"],
    "GroupNormalization": ["", "weight", "bias"],
  ]
}

extension NodeProto {
  /// The path of the module that the node was exported from, or `nil` iff the file does not tell.
  ///
  /// TorchScript puts it into the node's name (`/encoder/layer.0/attn/MatMul`), dynamo into the metadata
  /// (`pkg.torch.onnx.name_scopes`: `['', 'encoder', 'encoder.layer.0', 'linear']`).
  var modulePath: Name? {
    if let scopes = metadata.first(where: { $0.key == "pkg.torch.onnx.name_scopes" })?.value {
      let parts = scopes.split(separator: "'", omittingEmptySubsequences: false)
      let names = stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
      return names.dropLast().last.map { Name(String($0)) }
    }
    guard name.text.hasPrefix("/") else { return nil }
    let parts = name.text.split(separator: "/").dropLast()
    return parts.isEmpty ? nil : Name(parts.joined(separator: "."))
  }
}
