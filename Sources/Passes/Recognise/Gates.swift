import Graphs
import Operators
import Tensors

extension Site {
  /// `glu` where this product is one half of the last axis times an activation of the other.
  var gated: Found? {
    guard match(Multiply.self) != nil else { return nil }
    for (value, active) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let activation = graph[active].op.gate, let half = graph.half(value),
        let gate = graph.half(graph[active].inputs[0]), half.whole == gate.whole, !half.isSecond,
        gate.isSecond
      else { continue }
      return Found(GLU(activation: activation), half.whole)
    }
    return nil
  }
}

extension Op {
  /// The activation of a gated unit that this op is.
  fileprivate var gate: GLU.Activation? {
    switch self {
    case is SiLU: return .silu
    case is Sigmoid: return .sigmoid
    case let gelu as GELU: return gelu.approximation == .none ? .gelu : .geluTanh
    default: return nil
    }
  }
}

extension Graph {
  /// What `value` is half the last axis of.
  fileprivate func half(_ value: Value) -> (whole: Value, isSecond: Bool)? {
    guard let slice = self[value].as(Slice.self), slice.step == nil, let length = slice.length.fixed,
      slice.axis == -1 || slice.axis == self[value].type.rank - 1
    else { return nil }
    let whole = self[value].inputs[0]
    guard self[whole].type.dims.last == Dim(2 * length), slice.start == 0 || slice.start == slice.length
    else {
      return nil
    }
    return (whole, slice.start != 0)
  }
}
