package import Graphs
package import Tensors

/// An op that makes one element of all elements along some axes.
package protocol ReductionOp: Op {
  /// Axes, each once; negative ones are counted from behind.
  var axes: [Int] { get }
  /// Whether the axes stay, with length 1.
  var keep: Bool { get }

  /// The result of one group, which holds at least the elements that `isEmptyAllowed` says.
  static func reduce(_ group: [Double]) -> Double
  /// Whether a group may have no elements.
  static var isEmptyAllowed: Bool { get }
}

extension ReductionOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    try expectFloats(inputs)
    let places = try places(in: inputs[0])
    for place in places where !Self.isEmptyAllowed && inputs[0].dims[place] == 0 {
      throw .nothing(place, inputs[0], Self.name)
    }
    let kept = keptDims(of: inputs[0], places)
    let dims = keep ? kept : kept.indices.filter { !places.contains($0) }.map { kept[$0] }
    return TensorType(inputs[0].element, dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let count = type.count, count != 0 else { return try Tensor(type, bytes: []) }
    let places = try places(in: inputs[0].type)
    let whole = StridedView(of: inputs[0].shape)
    var (group, starts) = (whole, whole)
    for axis in whole.shape.indices {
      if places.contains(axis) { starts.shape[axis] = 1 } else { group.shape[axis] = 1 }
    }
    let (x, members) = (try inputs[0].reals(), group.places)
    let results = starts.places.map { start in Self.reduce(members.map { x[start + $0] }) }
    return try Tensor(reals: results, as: type)
  }

  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: Double(inputs[0].count ?? 0))
  }

  /// The reduced axes, counted from the front. Throws iff one is named twice.
  func places(in type: TensorType) throws(Diagnostic) -> Set<Int> {
    var places: Set<Int> = []
    for axis in axes {
      guard places.insert(try place(of: axis, in: type)).inserted else {
        throw .repeated(axis, axes, Self.name)
      }
    }
    return places
  }

  /// The dims of `type` with 1 for each reduced axis.
  func keptDims(of type: TensorType, _ places: Set<Int>) -> [Dim] {
    type.dims.enumerated().map { places.contains($0.offset) ? 1 : $0.element }
  }

  /// A value of the result's type with the reduced axes put back, so that it broadcasts to the input.
  func restoringAxes(_ value: Value, of input: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let type = g[input].type
    return try g.reshape(value, keptDims(of: type, places(in: type)))
  }
}

extension Diagnostic {
  fileprivate static func repeated(_ axis: Int, _ axes: [Int], _ op: String) -> Diagnostic {
    Diagnostic("\(op) names axis \(axis) twice in \(axes)")
  }
  fileprivate static func nothing(_ axis: Int, _ type: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) over axis \(axis) of \(type), which has no elements")
  }
}
