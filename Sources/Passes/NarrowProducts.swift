import Graphs
import Operators
import Tensors

extension Pass {
  /// Computes products with operands rounded to `bf16`; sums and everything else stay as wide as they are.
  ///
  ///     linear(x, w, b)      ->  narrow_linear(x, cast(w), b) element=bf16
  ///     matmul(g, w)         ->  narrow_matmul(g, cast(w)) element=bf16
  ///     matmul(transpose(g), x)  ->  narrow_matmul(transpose(g), x) element=bf16
  ///
  /// A weight that depends on parameters only is cast, so that it is kept narrow, once for all its readers;
  /// others, such as those that are trained, are rounded where they are read. Products of one row a clip, as
  /// of the timestep's, stay: they cost nothing. So do products of two stacks.
  package static let narrowProducts = Pass(
    "narrow-products", "round the operands of matrix products to bf16"
  ) { (graph) throws(Diagnostic) in
    try graph.narrowingProducts(to: .bf16)
  }
}

extension Graph {
  fileprivate func narrowingProducts(to element: DType) throws(Diagnostic) -> Graph {
    let varies = depending(on: Set(inputs))
    var narrow: [Value: Value] = [:]
    var rebuild = try Rebuild(self)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      guard let op = narrowProduct(at: value, element) else { return false }
      var operands = try rebuild.new(self[value].inputs)
      let weight = self[value].inputs[1]
      if !varies[Int(weight.index)] {
        if narrow[weight] == nil {
          let name = Name("\(self[weight].name).\(element)")
          narrow[weight] = try rebuild.graph.add(Cast(element: element), [operands[1]], name: name)
        }
        operands[1] = narrow[weight] ?? operands[1]
      }
      rebuild.set(value, to: try rebuild.graph.add(op, operands, name: self[value].name))
      return true
    }
    return try rebuild.finished()
  }

  /// What computes the product at `value` with narrow operands, or `nil` iff it stays.
  private func narrowProduct(at value: Value, _ element: DType) -> (any Op)? {
    let node = self[value]
    guard let left = node.inputs.first, self[left].type.element == .f32 else { return nil }
    switch node.op {
    case is Linear where self[left].type.rank > 2: return NarrowLinear(element: element)
    case is MatMul where self[node.inputs[1]].type.rank == 2:
      let sumsRows = self[left].op is Transpose
      return sumsRows || self[left].type.rank > 2 ? NarrowMatMul(element: element) : nil
    default: return nil
    }
  }
}
