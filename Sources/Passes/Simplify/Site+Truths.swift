import Graphs
import Operators
import Tensors

extension Site {
  /// What is left of a condition, or of a choice, when some of it is always true.
  var simplerTruth: Simpler? {
    switch node.op {
    case is And, is Equal:
      for (x, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        guard graph[x].type.element == .bool, graph.isTrue(other) else { continue }
        return graph[x].type == node.type ? .value(x) : .op(Broadcast(dims: node.type.dims), [x])
      }
      return nil
    case is Where where graph.isTrue(inputs[0]):
      let x = inputs[1]
      return graph[x].type == node.type ? .value(x) : .op(Broadcast(dims: node.type.dims), [x])
    default: return nil
    }
  }
}

extension Graph {
  /// Whether `value` is known to be true everywhere.
  func isTrue(_ value: Value, depth: Int = 8) -> Bool {
    let node = self[value]
    guard node.type.element == .bool, depth > 0 else { return false }
    switch node.op {
    case let constant as Constant: return constant.values.allSatisfy { $0 != 0 }
    case is Reshape, is Broadcast, is Transpose, is Slice: return isTrue(node.inputs[0], depth: depth - 1)
    case is And: return node.inputs.allSatisfy { isTrue($0, depth: depth - 1) }
    case is Or:
      return node.inputs.contains { isTrue($0, depth: depth - 1) } || isAtLeast(node.inputs)
    case is Less:
      guard let bound = scalar(node.inputs[0]), let least = least(node.inputs[1]) else { return false }
      return bound < least
    default: return false
    }
  }

  /// Whether the two are `a < b` and `a = b`, in either order, for a number a that b is never below.
  private func isAtLeast(_ parts: [Value]) -> Bool {
    guard let less = parts.first(where: { self[$0].op is Less }),
      let equal = parts.first(where: { self[$0].op is Equal }),
      Set(self[less].inputs) == Set(self[equal].inputs), let bound = scalar(self[less].inputs[0]),
      let least = least(self[less].inputs[1])
    else { return false }
    return bound <= least
  }
}
