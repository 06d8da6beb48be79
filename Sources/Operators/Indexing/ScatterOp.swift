package import Graphs
package import Tensors

/// An op that puts updates to places of data that indices name. Inputs: data, indices (whole numbers), updates.
package protocol ScatterOp: Op {
  var reduction: ScatterReduction { get }

  /// Throws iff the three do not fit.
  func expectFit(_ inputs: [TensorType]) throws(Diagnostic)
  /// The place in the data of each update.
  func places(_ data: TensorType, _ indices: Tensor, _ updates: TensorType) throws(Diagnostic) -> [Int]
  /// Appends the op that reads `x` at `indices`.
  func gather(_ x: Value, _ indices: Value, in g: inout Graph) throws(Diagnostic) -> Value
}

extension ScatterOp {
  package static var mayOverwrite: [Int] { [0] }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 3)
    try expectIntegers(inputs[1])
    try expectOneElement([inputs[0], inputs[2]])
    if reduction != .none { try expectNumbers([inputs[0]]) }
    try expectFit(inputs)
    return inputs[0]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let places = try places(type, inputs[1], inputs[2].type)
    return try inputs[0].scattering(inputs[2], to: places, reduction)
  }

  /// With no reduction, the places must differ for the updates' gradient to be theirs.
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    guard reduction == .none || reduction == .add else { throw .noGradient(Self.name, reduction) }
    let (indices, updates) = (site.inputs[1], site.inputs[2])
    var data: Value?
    if site.wanted[0], reduction == .add {
      data = site.upstream
    } else if site.wanted[0] {
      let zeros = try g.broadcast(g.constant(0, like: updates), g[updates].type.dims)
      data = try g.add(self, [site.upstream, indices, zeros])
    }
    return [data, nil, site.wanted[2] ? try gather(site.upstream, indices, in: &g) : nil]
  }
}

extension Diagnostic {
  fileprivate static func noGradient(_ op: String, _ reduction: ScatterReduction) -> Diagnostic {
    Diagnostic("\(op) with reduction=\(reduction) has no gradient")
  }
}
