import Graphs
import Operators
import Tensors

extension Operator {
  /// Non-linear units.
  static let activations: [Operator] = [
    .unary("Relu", ReLU()), .unary("Softplus", Softplus()),
    Operator("LeakyRelu") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let slope = try call.real("alpha", default: 0.01)
      return try call.g.where(
        call.g.less(x, call.g.constant(0, like: x)), call.g.multiply(x, by: slope), x)
    },
    Operator("Elu") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let bend = try call.g.add(call.g.exp(x), plus: -1)
      return try call.g.where(
        call.g.less(x, call.g.constant(0, like: x)),
        call.g.multiply(bend, by: call.real("alpha", default: 1)), x)
    },
    Operator("HardSigmoid") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let slope = try call.g.multiply(x, by: call.real("alpha", default: 0.2))
      let line = try call.g.add(slope, plus: call.real("beta", default: 0.5))
      return try call.g.minimum(
        call.g.maximum(line, call.g.constant(0, like: x)), call.g.constant(1, like: x))
    },
    Operator("Gelu", since: 20) { (call) throws(Diagnostic) in
      let text = try call.text("approximate", default: "none")
      guard let approximation = GELU.Approximation(rawValue: text) else {
        throw call.refusal("approximates by \(text)")
      }
      return try call.g.add(GELU(approximation: approximation), [call.input(0)])
    },
    Operator("Swish", since: 24) { (call) throws(Diagnostic) in
      try call.swish(call.input(0), alpha: call.real("alpha", default: 1))
    },
    Operator("SwiGLU", since: 28) { (call) throws(Diagnostic) in
      let gate = try call.swish(call.input(0), alpha: call.real("alpha", default: 1))
      return try call.g.multiply(gate, call.input(1))
    },
    Operator("Softmax") { (call) throws(Diagnostic) in
      try call.alongRow { (call, x, axis) throws(Diagnostic) in
        try call.g.add(Softmax(axis: axis), [x])
      }
    },
    Operator("LogSoftmax") { (call) throws(Diagnostic) in
      try call.alongRow { (call, x, axis) throws(Diagnostic) in
        let shifted = try call.g.subtract(x, call.g.max(x, axes: [axis]))
        return try call.g.subtract(
          shifted, call.g.log(call.g.sum(call.g.exp(shifted), axes: [axis])))
      }
    },
  ]
}

extension Call {
  /// `x·sigmoid(alpha·x)`.
  func swish(_ x: Value, alpha: Double) throws(Diagnostic) -> Value {
    guard alpha != 1 else { return try g.add(SiLU(), [x]) }
    return try g.multiply(x, g.sigmoid(g.multiply(x, by: alpha)))
  }

  /// What `body` makes of input 0 along the axis that the node names. Before version 13 this and all axes
  /// behind it count as one.
  func alongRow(_ body: (Call, Value, Int) throws(Diagnostic) -> Value) throws(Diagnostic) -> Value {
    let (x, type) = (try input(0), try type(of: 0))
    let axis = try place(integer("axis", default: version < 13 ? 1 : -1), rank: type.rank)
    let tail = type.dims[axis...]
    guard version < 13, tail.dropFirst().contains(where: { $0 != 1 }) else { return try body(self, x, axis) }
    guard let row = Array(tail).product else { throw refusal("joins the axes \(Array(tail))") }
    let flat = try g.reshape(x, type.dims[..<axis] + [row])
    return try g.reshape(body(self, flat, axis), type.dims)
  }
}
