import Graphs
import Tensors

/// How one ONNX operator is said in our ops, for a range of versions of its domain.
struct Operator: Sendable {
  let name: String
  /// "" is the default domain.
  let domain: String
  /// The versions of the domain at which the operator means this.
  let versions: ClosedRange<Int>
  /// Appends the meaning to the graph; one value an output, `nil` for one that is not made.
  let translate: @Sendable (Call) throws(Diagnostic) -> [Value?]

  init(
    _ name: String, domain: String = "", since: Int = 1, until: Int = .max,
    outputs translate: @escaping @Sendable (Call) throws(Diagnostic) -> [Value?]
  ) {
    (self.name, self.domain, self.versions, self.translate) = (name, domain, since...until, translate)
  }

  /// An operator of one output.
  init(
    _ name: String, domain: String = "", since: Int = 1, until: Int = .max,
    _ translate: @escaping @Sendable (Call) throws(Diagnostic) -> Value
  ) {
    self.init(name, domain: domain, since: since, until: until) { (call) throws(Diagnostic) in
      [try translate(call)]
    }
  }
}
