package import Graphs
package import Tensors

/// A matrix product of operands that are rounded to a narrower float; the sums are not: `round(a)·round(b)`.
///
/// Inputs: a `[…, M, K]`, which gives the result its element type, and b `[…, K, N]`, of that type or narrow
/// already. Result: `[…, M, N]`.
package struct NarrowMatMul: CompositeOp {
  package static let name = "narrow_matmul"
  /// What the operands are rounded to.
  package var element: DType

  package init(element: DType) { self.element = element }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    let types = inputs.map { g[$0].type }
    try expectCount(types, 2)
    let operands = try g.rounded(inputs, to: element)
    return try g.matmul(operands[0], operands[1])
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    let flops = MatMul().cost(inputs, output).flops
    return .touching(inputs, output, flops: flops, narrowFlops: flops)
  }
}

extension Graph {
  /// `values` rounded to `element`, in the element type of the first.
  ///
  /// Throws iff one is of neither type, or `element` is no float narrower than that of the first.
  mutating func rounded(_ values: [Value], to element: DType) throws(Diagnostic) -> [Value] {
    guard let wide = values.first.map({ self[$0].type.element }), wide.isFloat, element.isFloat,
      element.bits < wide.bits
    else { throw .notNarrower(element, values.map { self[$0].type }) }
    var rounded: [Value] = []
    for value in values {
      guard [wide, element].contains(self[value].type.element) else {
        throw .mixed(self[value].type, wide, element)
      }
      rounded.append(try cast(cast(value, to: element), to: wide))
    }
    return rounded
  }
}

extension Diagnostic {
  fileprivate static func notNarrower(_ element: DType, _ types: [TensorType]) -> Diagnostic {
    let given = types.map { "\($0)" }.joined(separator: " and ")
    return Diagnostic("operands are to be rounded to \(element), a narrower float, but they are \(given)")
  }
  fileprivate static func mixed(_ type: TensorType, _ wide: DType, _ element: DType) -> Diagnostic {
    Diagnostic("an operand is \(type), but beside one of \(wide) it is \(wide) or \(element)")
  }
}
