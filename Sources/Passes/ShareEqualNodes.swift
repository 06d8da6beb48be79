import Graphs
import Tensors

extension Pass {
  /// Keeps one of several nodes with the same op and inputs.
  ///
  ///     %a = exp(%x); %b = exp(%x); add(%a, %b)  ->  %a = exp(%x); add(%a, %a)
  package static let shareCommon = Pass("share-common", "compute equal nodes once") {
    (graph) throws(Diagnostic) in
    var known: [Computation: Value] = [:]
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      let computation = Computation(op: AnyHashable(node.op), inputs: try rebuild.new(node.inputs))
      guard !node.holdsNegativeZero else { return false }
      if let twin = known[computation] {
        rebuild.set(value, to: twin)
      } else {
        try rebuild.copy(value)
        known[computation] = try rebuild.new(value)
      }
      return true
    }
    return try rebuild.finished()
  }
}

/// What a node computes, whatever it is called.
private struct Computation: Hashable {
  let op: AnyHashable
  let inputs: [Value]
}

extension Node {
  /// Whether this is a constant with a -0, which is equal to 0 and yet not the same number.
  fileprivate var holdsNegativeZero: Bool {
    self.as(Constant.self)?.values.contains { $0 == 0 && $0.sign == .minus } ?? false
  }
}
