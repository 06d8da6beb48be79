package import Graphs
package import Tensors

/// The input with `before` elements in front of and `after` behind `axis`, all of one value.
package struct Pad: MovingOp {
  package static let name = "pad"
  package var axis: Int
  package var before: Dim
  package var after: Dim
  /// 0 where not given.
  package var value: Double?

  package init(axis: Int, before: Dim, after: Dim, value: Double = 0) {
    (self.axis, self.before, self.after) = (axis, before, after)
    self.value = value == 0 && value.sign == .plus ? nil : value
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    let place = try place(of: axis, in: inputs[0])
    guard value == nil || inputs[0].element.hasValues else { throw .noValues(inputs[0]) }
    guard (before.fixed ?? 0) >= 0, (after.fixed ?? 0) >= 0 else { throw .negative(self) }
    guard let length = (inputs[0].dims[place] + before).flatMap({ $0 + after }) else {
      throw .noSum(self, inputs[0])
    }
    var dims = inputs[0].dims
    dims[place] = length
    return try typed(inputs[0].element, dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let place = try place(of: axis, in: inputs[0].type)
    let outer = inputs[0].shape[..<place].reduce(1, *)
    let inner = inputs[0].shape[(place + 1)...].reduce(1, *)
    let block = inputs[0].shape[place] * inner
    let (front, back) = (try length(before) * inner, try length(after) * inner)
    var places: [Int] = []
    for start in 0..<outer {
      places += repeatElement(-1, count: front)
      places += start * block..<(start + 1) * block
      places += repeatElement(-1, count: back)
    }
    guard let value else { return try inputs[0].reading(places, as: type) }
    let one = try Tensor(reals: [value], as: TensorType(type.element, [1]))
    return try inputs[0].reading(places, as: type, elsewhere: one)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let type = g[site.inputs[0]].type
    let length = type.dims[try place(of: axis, in: type)]
    return [try g.slice(site.upstream, axis: axis, start: before, length: length)]
  }
}

extension Diagnostic {
  fileprivate static func negative(_ op: Pad) -> Diagnostic {
    Diagnostic("pad adds \(op.before) and \(op.after) elements, but neither may be negative")
  }
  fileprivate static func noValues(_ type: TensorType) -> Diagnostic {
    Diagnostic("pad cannot write a value as an element of \(type)")
  }
  fileprivate static func noSum(_ op: Pad, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "the length \(op.before) + axis \(op.axis) of \(type) + \(op.after) is none",
      help: "a length holds one name: bind the others first")
  }
}
