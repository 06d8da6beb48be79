package import Graphs
package import Tensors

/// The slices of x along `axis` that the indices name: the axis is replaced by the axes of the indices.
///
/// Inputs: x and the indices, whole numbers, of which negative ones count from the end. Evaluation throws where
/// an index is not on the axis.
package struct Gather: MovingOp {
  package static let name = "gather"
  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 2)
    try expectIntegers(inputs[1])
    let place = try place(of: axis, in: inputs[0])
    var result = inputs[0]
    result.dims.replaceSubrange(place...place, with: inputs[1].dims)
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let place = try place(of: axis, in: inputs[0].type)
    let shape = inputs[0].shape
    let (outer, inner) = (shape[..<place].reduce(1, *), shape[(place + 1)...].reduce(1, *))
    let rows = try inputs[1].rows(below: shape[place], of: axis)
    var places: [Int] = []
    for block in 0..<outer {
      for row in rows {
        let start = (block * shape[place] + row) * inner
        places += start..<start + inner
      }
    }
    return try inputs[0].reading(places, as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    let place = try place(of: axis, in: type)
    let scattered = try g.add(
      ScatterAdd(axis: place, length: type.dims[place]), [site.upstream, site.inputs[1]])
    return [scattered, nil]
  }
}

extension Tensor {
  /// The elements as places on an axis of `length`, negative ones counted from its end. Throws iff one is not on it.
  func rows(below length: Int, of axis: Int) throws(Diagnostic) -> [Int] {
    let rows = try integers()
    let isUnsigned = type.element == .u64
    if let stray = rows.first(where: { $0 < (isUnsigned ? 0 : -length) || $0 >= length }) {
      throw .outside(isUnsigned ? "\(UInt64(bitPattern: stray))" : "\(stray)", length, axis)
    }
    return rows.map { Int($0) + ($0 < 0 ? length : 0) }
  }
}

extension Diagnostic {
  fileprivate static func outside(_ index: String, _ length: Int, _ axis: Int) -> Diagnostic {
    Diagnostic("the index \(index) is not on axis \(axis), which has \(length) elements")
  }
}
