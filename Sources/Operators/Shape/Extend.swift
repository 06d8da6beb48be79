package import Graphs
package import Tensors

/// The input with `before` elements in front of and `after` behind `axis`, taken from the input itself.
package struct Extend: CompositeOp {
  package static let name = "extend"
  package var axis: Int
  package var before: Dim
  package var after: Dim
  package var mode: Mode

  package enum Mode: String, Codable, Sendable {
    /// The outermost element again and again: `a a [a b c] c c`.
    case edge
    /// The elements mirrored in the outermost, as often as needed: `c b [a b c] b a`.
    case reflect
    /// The elements from the other end: `b c [a b c] a b`.
    case wrap
  }

  package init(axis: Int, before: Dim, after: Dim, mode: Mode) {
    (self.axis, self.before, self.after, self.mode) = (axis, before, after, mode)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let type = g[inputs[0]].type
    let whole = type.dims[try place(of: axis, in: type)]
    guard (before.fixed ?? 0) >= 0, (after.fixed ?? 0) >= 0 else { throw .negative(self) }
    guard let total = (before + whole).flatMap({ $0 + after }) else { throw .noSum(self, type) }
    guard whole != 0 || total == 0 else { throw .nothing(self, type) }
    let places = try g.iota(total, .i64)
    let offset = try g.subtract(places, g.length(of: before, like: places))
    let indices = try inside(offset, whole, in: &g)
    return try g.gather(inputs[0], indices, axis: axis)
  }

  /// The places on an axis of length `whole` that stand for those that may lie beyond it.
  private func inside(_ places: Value, _ whole: Dim, in g: inout Graph) throws(Diagnostic) -> Value {
    let length = try g.length(of: whole, like: places)
    let last = try g.add(length, plus: -1)
    switch mode {
    case .edge: return try g.maximum(g.minimum(places, last), g.constant(0, like: places))
    case .wrap: return try g.add(Modulo(), [places, length])
    case .reflect:
      let period = try g.maximum(g.multiply(last, by: 2), g.constant(1, like: last))
      let rest = try g.add(Modulo(), [places, period])
      return try g.minimum(rest, g.subtract(period, rest))
    }
  }
}

extension Diagnostic {
  fileprivate static func negative(_ op: Extend) -> Diagnostic {
    Diagnostic("extend adds \(op.before) and \(op.after) elements, but neither may be negative")
  }
  fileprivate static func noSum(_ op: Extend, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "the length \(op.before) + axis \(op.axis) of \(type) + \(op.after) is none",
      help: "a length holds one name: bind the others first")
  }
  fileprivate static func nothing(_ op: Extend, _ type: TensorType) -> Diagnostic {
    Diagnostic("axis \(op.axis) of \(type) is to be extended, but it has no elements")
  }
}
