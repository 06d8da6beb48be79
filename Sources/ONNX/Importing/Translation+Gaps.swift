import Graphs
import Operators
import Tensors

/// Nodes that cannot be said in our ops stay visible, as gaps.
extension Translation {
  /// What stands for the results of `node` until the elements of its input `index` are known.
  func deferred(
    _ node: NodeProto, _ inputs: [Value?], awaiting index: Int
  ) throws(Diagnostic) -> [Value?] {
    try deferred(node, inputs, because: "the shape of the result depends on what input \(index) holds")
  }

  /// What stands for the results of `node` until more is known than `reason` says.
  func deferred(
    _ node: NodeProto, _ inputs: [Value?], because reason: String
  ) throws(Diagnostic) -> [Value?] {
    var results: [Value?] = []
    for index in node.outputs.indices {
      guard let type = declared(node.outputs[index]) ?? promised(index) else {
        return try unsupported(node, "\(reason), and the file does not tell its type", inputs)
      }
      let op = Deferred(operation: node.operation, reason: reason, result: index, type: type)
      results.append(try graph.add(op, inputs.compactMap(\.self)))
    }
    return results
  }

  /// What stands for the results of `node`, which is not to be run.
  func unsupported(
    _ node: NodeProto, _ reason: String, _ inputs: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    var results: [Value?] = []
    for (index, name) in node.outputs.enumerated() {
      let type = declared(name)
      let value = try unsupported(node.operation, reason, inputs.compactMap(\.self), type, result: index)
      if type == nil { untyped.insert(value) }
      results.append(value)
    }
    return results
  }

  /// What stands for result number `result` of an operator; a scalar iff `type` is not known.
  func unsupported(
    _ operation: String, _ reason: String, _ inputs: [Value], _ type: TensorType?, result: Int = 0
  ) throws(Diagnostic) -> Value {
    let op = Unsupported(
      operation: operation, reason: reason, result: result, type: type ?? TensorType(.f32, []))
    return try graph.add(op, inputs)
  }

  /// The type that the file gives to `name`; dims that follow no input get names of their own.
  private func declared(_ name: Name) -> TensorType? {
    guard case .tensor(let code, let dims?) = scopes.last?.types[name], let element = code.dtype else {
      return nil
    }
    return TensorType(
      element,
      dims.map { dimension in
        guard case .fixed(let length) = dimension else { return freshDim() }
        return Dim(length)
      })
  }

  private func promised(_ index: Int) -> TensorType? {
    promises[index].map { TensorType($0.element, (0..<$0.rank).map { _ in freshDim() }) }
  }

  private func freshDim() -> Dim {
    freshDims += 1
    return .named("data\(freshDims)")
  }
}
