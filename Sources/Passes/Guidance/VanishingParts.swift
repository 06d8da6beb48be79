import Graphs
import Operators
import Tensors

/// The values of a graph that are zero where one of its inputs is.
struct VanishingParts {
  private let vanishes: [Bool]

  subscript(_ value: Value) -> Bool { vanishes[Int(value.index)] }

  init(_ graph: Graph, at input: Value) {
    var vanishes: [Bool] = []
    for value in graph.allValues {
      let node = graph[value]
      let inputs = node.inputs.map { vanishes[Int($0.index)] }
      vanishes.append(value == input || (!inputs.isEmpty && node.op.vanishes(where: inputs)))
    }
    self.vanishes = vanishes
  }
}

extension Op {
  /// Whether the result is zero where those inputs are that `zeros` says, for finite values of the others.
  fileprivate func vanishes(where zeros: [Bool]) -> Bool {
    switch self {
    case is Multiply, is MatMul: zeros.contains(true)
    case is Linear: zeros[0] && zeros.dropFirst(2).allSatisfy { $0 }
    // The mean of values that are all zero.
    case is Attention, is RotaryAttention, is AxialRotaryAttention: zeros.count > 2 && zeros[2]
    case is Divide, is Slice, is Broadcast, is Gather: zeros[0]
    case is Add, is Subtract, is Concat: zeros.allSatisfy { $0 }
    case is SiLU, is GELU, is GLU, is ReLU, is Tanh, is Square, is Negate, is Abs, is Reshape, is Transpose,
      is Sum, is Mean, is Max, is Cast, is RoPE, is Rotate:
      zeros[0]
    case let pad as Pad: pad.value == nil && zeros[0]
    default: false
    }
  }
}
