package import Graphs
package import Tensors

/// The matrix product over the last two axes: `[…, M, K] · […, K, N] -> […, M, N]`; the axes before
/// broadcast as in NumPy.
package struct MatMul: Op {
  package static let name = "matmul"
  package init() {}

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectFloats(inputs)
    try expectOneElement(inputs)
    let (a, b) = (inputs[0], inputs[1])
    guard a.rank >= 2, b.rank >= 2 else { throw .noMatrix(a, b) }
    guard a.dims[a.rank - 1] == b.dims[b.rank - 2] else { throw .unequal(a, b) }
    let batch = try TensorType.broadcastDims([a.stack, b.stack])
    return TensorType(a.element, batch + [a.dims[a.rank - 2], b.dims[b.rank - 1]])
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let shape = type.shape, type.count != 0 else { return try Tensor(type, bytes: []) }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let depth = inputs[0].shape[inputs[0].shape.count - 1]
    let (a, b) = (try inputs[0].reals(), try inputs[1].reals())
    let batch = Array(shape.dropLast(2))
    let aStack = StridedView(of: Array(inputs[0].shape.dropLast(2)), broadcastTo: batch).places
    let bStack = StridedView(of: Array(inputs[1].shape.dropLast(2)), broadcastTo: batch).places
    var result: [Double] = []
    for (aMatrix, bMatrix) in zip(aStack, bStack) {
      for row in 0..<rows {
        var sums = Array(repeating: 0.0, count: columns)
        for k in 0..<depth {
          let (factor, start) = (a[(aMatrix * rows + row) * depth + k], (bMatrix * depth + k) * columns)
          for column in 0..<columns { sums[column] += factor * b[start + column] }
        }
        result += sums
      }
    }
    return try Tensor(reals: result, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(
      inputs, output, flops: 2 * Double(output.count ?? 0) * Double(inputs[0].dims.last?.fixed ?? 0))
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let (a, b) = (site.inputs[0], site.inputs[1])
    return [
      site.wanted[0] ? try g.matmul(site.upstream, g.transposeMatrix(b)) : nil,
      site.wanted[1] ? try g.matmul(g.transposeMatrix(a), site.upstream) : nil,
    ]
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
