import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that put elements around a tensor.
  static let padding: [Operator] = [Operator("Pad", pad)]

  /// The lengths in front of every axis and then behind every axis; negative ones cut.
  @Sendable private static func pad(_ call: Call) throws(Diagnostic) -> Value {
    var x = try call.input(0)
    let rank = call.type(x).rank
    call.promise(call.type(x).element, rank: rank)
    let pads: [Dim]
    if call.version < 11 {
      let listed = try call.integers(call.version < 2 ? "paddings" : "pads")
      pads = (listed ?? []).map(Dim.fixed)
    } else {
      pads = try call.lengths(1)
    }
    var axes = Array(0..<rank)
    if call.optional(3) != nil {
      axes = []
      for axis in try call.integers(3) { axes.append(try call.place(axis, rank: rank)) }
    }
    guard pads.count == 2 * axes.count, Set(axes).count == axes.count else {
      throw call.refusal("has \(pads.count) lengths for \(axes.count) axes")
    }
    for (index, axis) in axes.enumerated() {
      x = try call.cut(x, axis: axis, pads[index], pads[index + axes.count])
    }
    let text = try call.text("mode", default: "constant")
    let isConstant = text == "constant"
    guard let mode = isConstant ? Extend.Mode.edge : Extend.Mode(rawValue: text) else {
      throw call.refusal("pads by \(text)")
    }
    let fill = isConstant ? try call.fill(like: x) : nil
    for (index, axis) in axes.enumerated() {
      let (before, after) = (call.added(pads[index]), call.added(pads[index + axes.count]))
      guard before != 0 || after != 0 else { continue }
      guard let fill else {
        x = try call.g.add(Extend(axis: axis, before: before, after: after, mode: mode), [x])
        continue
      }
      switch fill {
      case .number(let number):
        x = try call.g.pad(x, axis: axis, before: before, after: after, value: number)
      case .operand(let value):
        x = try call.filled(x, axis: axis, before, after, with: value)
      }
    }
    return x
  }
}

extension Call {
  fileprivate enum Fill {
    case number(Double)
    /// A scalar that is not known, or that a `Double` does not hold.
    case operand(Value)
  }

  /// What padding is filled with: an attribute before version 11, then input 2, else 0.
  fileprivate func fill(like x: Value) throws(Diagnostic) -> Fill {
    guard version >= 11, let given = optional(2) else { return .number(try real("value", default: 0)) }
    guard let known = try translation.known(given), known.count == 1, let number = try known.reals().first,
      !type(x).element.isInteger || number.magnitude <= 0x1p53
    else { return .operand(try g.reshape(given, [])) }
    return .number(number)
  }

  /// What a length adds: those that cut add nothing.
  fileprivate func added(_ pad: Dim) -> Dim { (pad.fixed ?? 0) < 0 ? 0 : pad }

  /// `x` without what negative lengths cut.
  fileprivate func cut(_ x: Value, axis: Int, _ before: Dim, _ after: Dim) throws(Diagnostic) -> Value {
    let start = Dim(0) - (before.fixed.map { Dim(Swift.min($0, 0)) } ?? 0)
    guard let start, let end = type(x).dims[axis] + (after.fixed.map { Dim(Swift.min($0, 0)) } ?? 0) else {
      throw refusal("cuts \(before) and \(after)")
    }
    return try part(of: x, axis: axis, from: start, to: end, step: 1)
  }

  /// `x` with elements of one value in front of and behind `axis`.
  fileprivate func filled(_ x: Value, axis: Int, _ before: Dim, _ after: Dim, with value: Value)
    throws(Diagnostic) -> Value
  {
    var parts: [Value] = []
    var dims = type(x).dims
    for length in [before, after] where length != 0 {
      dims[axis] = length
      parts.append(try g.broadcast(value, dims))
    }
    parts.insert(x, at: before == 0 ? 0 : 1)
    return try g.concat(parts, axis: axis)
  }
}
