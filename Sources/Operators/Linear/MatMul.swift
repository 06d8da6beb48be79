package import Graphs
package import Tensors

/// The matrix product over the last two axes: `[…, M, K] · […, K, N] -> […, M, N]`; the axes before
/// broadcast as in NumPy. Whole numbers that do not fit wrap.
package struct MatMul: Op {
  package static let name = "matmul"
  package init() {}

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectNumbers(inputs)
    try expectOneElement(inputs)
    let (a, b) = (inputs[0], inputs[1])
    guard a.rank >= 2, b.rank >= 2 else { throw .noMatrix(a, b) }
    guard a.dims[a.rank - 1] == b.dims[b.rank - 2] else { throw .unequal(a, b) }
    let batch = try TensorType.broadcastDims([a.stack, b.stack])
    return TensorType(a.element, batch + [a.dims[a.rank - 2], b.dims[b.rank - 1]])
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    if let whole = type.element.whole { return try evaluate(inputs, as: type, in: whole) }
    let (a, b) = (try inputs[0].reals(), try inputs[1].reals())
    let depth = inputs[0].shape.last ?? 0
    let result = rows(inputs, as: type, 0.0) { sums, aStart, bStart in
      for k in 0..<depth {
        let (factor, start) = (a[aStart + k], bStart + k * sums.count)
        for column in sums.indices { sums[column] += factor * b[start + column] }
      }
    }
    return try Tensor(reals: result, as: type)
  }

  private func evaluate<Whole: FixedWidthInteger>(_ inputs: [Tensor], as type: TensorType, in _: Whole.Type)
    throws(Diagnostic) -> Tensor
  {
    let (a, b) = (try inputs[0].wholes(Whole.self), try inputs[1].wholes(Whole.self))
    let depth = inputs[0].shape.last ?? 0
    let result = rows(inputs, as: type, Whole.zero) { sums, aStart, bStart in
      for k in 0..<depth {
        let (factor, start) = (a[aStart + k], bStart + k * sums.count)
        for column in sums.indices { sums[column] &+= factor &* b[start + column] }
      }
    }
    return try Tensor(wholes: result, as: type)
  }

  /// The rows of the result one behind the other, each summed up by `add`, which is told where the row of the
  /// left matrix and where the right matrix begins.
  private func rows<Number>(
    _ inputs: [Tensor], as type: TensorType, _ zero: Number, _ add: (inout [Number], Int, Int) -> Void
  ) -> [Number] {
    guard let shape = type.shape, type.count != 0 else { return [] }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let depth = inputs[0].shape[inputs[0].shape.count - 1]
    let batch = Array(shape.dropLast(2))
    let aStack = StridedView(of: Array(inputs[0].shape.dropLast(2)), broadcastTo: batch).places
    let bStack = StridedView(of: Array(inputs[1].shape.dropLast(2)), broadcastTo: batch).places
    var result: [Number] = []
    for (aMatrix, bMatrix) in zip(aStack, bStack) {
      for row in 0..<rows {
        var sums = Array(repeating: zero, count: columns)
        add(&sums, (aMatrix * rows + row) * depth, bMatrix * depth * columns)
        result += sums
      }
    }
    return result
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(
      inputs, output, flops: 2 * Double(output.count ?? 0) * Double(inputs[0].dims.last?.fixed ?? 0))
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    return [
      site.wanted[0] ? try g.matmul(site.upstream, g.transposeMatrix(b)) : nil,
      site.wanted[1] ? try rightGradient(a, b, site.upstream, in: &g) : nil,
    ]
  }

  /// The gradient by `b`: where one matrix serves a whole stack of them, that of all rows at once.
  private func rightGradient(_ a: Value, _ b: Value, _ upstream: Value, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    guard g[b].type.rank == 2, g[a].type.rank > 2 else { return try g.matmul(g.transposeMatrix(a), upstream) }
    return try g.matmul(g.transposeMatrix(g.rows(of: a)), g.rows(of: upstream))
  }
}

extension TensorType {
  /// The axes before the last two.
  fileprivate var stack: TensorType { TensorType(element, Array(dims.dropLast(2))) }
}

extension Diagnostic {
  fileprivate static func noMatrix(_ a: TensorType, _ b: TensorType) -> Diagnostic {
    Diagnostic("matmul takes inputs of two axes or more, but it is given \(a) and \(b)")
  }
  fileprivate static func unequal(_ a: TensorType, _ b: TensorType) -> Diagnostic {
    Diagnostic(
      "the last axis of \(a) is \(a.dims[a.rank - 1]), but the last but one of \(b) is \(b.dims[b.rank - 2])")
  }
}
