package import Graphs
package import Tensors

/// Zeros of `length` along `axis` to which each slice of x is added at the place its index names: what
/// `gather` is to values, this is to their gradients.
///
/// Inputs: x, a float, and the indices, whole numbers; x has the axes of the indices at `axis`, which one
/// axis of `length` replaces; negative ones count from the end. Evaluation throws where an index is not on the
/// axis.
package struct ScatterAdd: Op {
  package static let name = "scatter_add"
  /// Counted from the front.
  package var axis: Int
  package var length: Dim

  package init(axis: Int, length: Dim) { (self.axis, self.length) = (axis, length) }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectFloats([inputs[0]])
    try expectIntegers(inputs[1])
    let (x, indices) = (inputs[0], inputs[1])
    guard axis >= 0, axis <= x.rank - indices.rank,
      x.dims[axis..<axis + indices.rank].elementsEqual(indices.dims)
    else { throw .misplaced(axis, indices, x) }
    var dims = x.dims
    dims.replaceSubrange(axis..<axis + indices.rank, with: [length])
    return try typed(x.element, dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let length = try length(length)
    let rows = try inputs[1].rows(below: length, of: axis)
    let x = try inputs[0].reals()
    let outer = inputs[0].shape[..<axis].reduce(1, *)
    let inner = inputs[0].shape[(axis + inputs[1].shape.count)...].reduce(1, *)
    var sums = Array(repeating: 0.0, count: outer * length * inner)
    for block in 0..<outer {
      for (index, row) in rows.enumerated() {
        let (from, to) = ((block * rows.count + index) * inner, (block * length + row) * inner)
        for place in 0..<inner { sums[to + place] += x[from + place] }
      }
    }
    return try Tensor(reals: sums, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: Double(inputs[0].count ?? 0))
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    [try g.gather(site.upstream, site.inputs[1], axis: axis), nil]
  }
}

extension Diagnostic {
  fileprivate static func misplaced(_ axis: Int, _ indices: TensorType, _ x: TensorType) -> Diagnostic {
    Diagnostic("\(x) does not have the axes of the indices, \(indices), from axis \(axis) on")
  }
}
