package import Graphs
package import Tensors

/// An op that makes one element of all elements along some axes.
package protocol ReductionOp: Op {
  /// Axes, each once; negative ones are counted from behind.
  var axes: [Int] { get }
  /// Whether the axes stay, with length 1.
  var keep: Bool { get }

  /// The result of one group, which may be empty.
  static func reduce(_ group: [Double]) -> Double
  /// The result in the width of the elements; what does not fit wraps.
  static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole
  /// Whether the op takes truth values, as 0 and 1, too.
  static var takesTruths: Bool { get }
}

extension ReductionOp {
  package static var takesTruths: Bool { false }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    if !(Self.takesTruths && inputs[0].element == .bool) { try expectNumbers(inputs) }
    let places = try places(in: inputs[0])
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
    let (members, groups) = (group.places, starts.places)
    if type.element.isFloat {
      let x = try inputs[0].reals()
      return try Tensor(reals: groups.map { start in Self.reduce(members.map { x[start + $0] }) }, as: type)
    }
    let wholes: any FixedWidthInteger.Type = type.element.whole ?? UInt8.self
    return try reduceWholes(inputs[0], groups, members, as: type, in: wholes)
  }

  private func reduceWholes<Whole: FixedWidthInteger>(
    _ input: Tensor, _ groups: [Int], _ members: [Int], as type: TensorType, in _: Whole.Type
  ) throws(Diagnostic) -> Tensor {
    let x = try input.wholes(Whole.self)
    var results: [Whole] = []
    for start in groups { results.append(Self.reduce(members.map { x[start + $0] })) }
    return try Tensor(wholes: results, as: type)
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
}
