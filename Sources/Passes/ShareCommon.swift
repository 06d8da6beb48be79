import Graphs
import Tensors

extension Pass {
  /// Keeps one of several nodes with the same op and inputs.
  ///
  ///     %a = exp(%x); %b = exp(%x); add(%a, %b)  ->  %a = exp(%x); add(%a, %a)
  package static let shareCommon = Pass("share-common", "compute equal nodes once") {
    (graph) throws(Diagnostic) in
    var known: [Key: Value] = [:]
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      let node = graph[value]
      let key = Key(op: AnyHashable(node.op), inputs: try rebuild.new(node.inputs))
      if let twin = known[key] {
        rebuild.set(value, to: twin)
      } else {
        try rebuild.copy(value)
        known[key] = try rebuild.new(value)
      }
      return true
    }
    return try rebuild.finished()
  }
}

private struct Key: Hashable {
  let op: AnyHashable
  let inputs: [Value]
}
