package import Graphs
package import Tensors

/// A node of another format that has not been said in our ops: visible, typed, not to be run.
package protocol GapOp: TypedOp {
  var operation: String { get }
  var reason: String { get }
}

extension GapOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType { type }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    throw .gap(Self.name, operation, reason)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    throw .gap(Self.name, operation, reason)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { Cost() }
}

extension Diagnostic {
  fileprivate static func gap(_ op: String, _ operation: String, _ reason: String) -> Diagnostic {
    Diagnostic("\(operation) is \(op): \(reason)", kind: .unavailable)
  }
}
