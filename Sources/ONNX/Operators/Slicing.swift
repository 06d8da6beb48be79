import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that take parts of a tensor.
  static let slicing: [Operator] = [
    Operator("Slice", slice), Operator("Split", outputs: split),
  ]

  @Sendable private static func slice(_ call: Call) throws(Diagnostic) -> Value {
    var x = try call.input(0)
    let rank = call.type(x).rank
    call.promise(call.type(x).element, rank: rank)
    let isListed = call.version < 10
    guard let starts = isListed ? try call.integers("starts")?.map(Dim.fixed) : try call.lengths(1),
      let ends = isListed ? try call.integers("ends")?.map(Dim.fixed) : try call.lengths(2)
    else { throw call.refusal("does not say from where to where") }
    let axes =
      try
      (isListed
      ? call.integers("axes")
      : call.optional(3).map { (_) throws(Diagnostic) in
        try call.integers(3)
      }) ?? Array(starts.indices)
    let steps =
      try call.optional(4).map { (_) throws(Diagnostic) in try call.integers(4) }
      ?? Array(repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw call.refusal("has \(starts.count) starts, but other numbers of ends, axes or steps")
    }
    var seen: Set<Int> = []
    for index in starts.indices {
      let axis = try call.place(axes[index], rank: rank)
      guard seen.insert(axis).inserted else { throw call.refusal("names axis \(axis) twice") }
      x = try call.part(of: x, axis: axis, from: starts[index], to: ends[index], step: steps[index])
    }
    return x
  }

  /// One slice an output. The lengths are an attribute or input 1, or else equal but for the last.
  @Sendable private static func split(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    let count = call.node.outputs.count
    for output in 0..<count { call.promise(type.element, rank: type.rank, output: output) }
    let axis = try call.place(call.integer("axis", default: 0), rank: type.rank)
    let whole = type.dims[axis]
    let lengths: [Dim]
    if call.optional(1) != nil {
      lengths = try call.lengths(1)
    } else if let given = try call.integers("split") {
      lengths = given.map(Dim.fixed)
    } else {
      lengths = try call.parts(of: whole, call.integer("num_outputs", default: count))
    }
    guard lengths.count >= count else {
      throw call.refusal("has \(count) outputs, but \(lengths.count) lengths")
    }
    var values: [Value?] = []
    var start: Dim = 0
    for (length, output) in zip(lengths, call.node.outputs.indices) {
      values.append(
        call.wants(output) ? try call.g.slice(x, axis: axis, start: start, length: length) : nil)
      guard let next = start + length else { throw call.refusal("splits \(whole) into \(lengths)") }
      start = next
    }
    return values
  }
}

extension Call {
  /// The lengths of `count` parts of an axis: equal, but the last holds what is left.
  fileprivate func parts(of whole: Dim, _ count: Int) throws(Diagnostic) -> [Dim] {
    guard (1...Limits.parts).contains(count), let each = (whole + Dim(count - 1))?.dividedDown(by: count),
      whole.fixed != nil || whole.dividedExactly(by: count) != nil,
      let last = (each * Dim(count - 1)).flatMap({ whole - $0 })
    else { throw refusal("falls into \(count) parts, which do not divide \(whole)") }
    return Array(repeating: each, count: count - 1) + [last]
  }

  /// Every `step`-th element of an axis from `start` up to but without `end`; bounds that are negative count
  /// from the end, and those outside are moved to the end they are at.
  ///
  /// A named bound is taken to be inside: where it is not once the names are bound, the graph refuses.
  func part(of x: Value, axis: Int, from start: Dim, to end: Dim, step: Int) throws(Diagnostic) -> Value {
    let whole = type(x).dims[axis]
    guard step != 0, step > .min else { throw refusal("steps by \(step)") }
    let span = step > 0 ? try rising(whole, start, end) : try falling(whole, start, end)
    let stride = Int(step.magnitude)
    guard let span, let padded = span.length + Dim(stride - 1), let length = padded.dividedDown(by: stride)
    else {
      throw refusal("goes from \(start) to \(end) by \(step) on \(whole), which has no length")
    }
    guard step != 1 || length != whole else { return x }
    return try g.slice(x, axis: axis, start: span.start, length: length, step: step)
  }

  private func rising(_ whole: Dim, _ start: Dim, _ end: Dim) throws(Diagnostic) -> (start: Dim, length: Dim)?
  {
    guard let start = bound(start, in: whole), let end = bound(end, in: whole, isEnd: true) else {
      return nil
    }
    guard let length = end - start else { return nil }
    return (start, (length.fixed ?? 0) < 0 ? 0 : length)
  }

  /// As `rising`; where the axis is named, all of it backwards is all that can be said.
  private func falling(_ whole: Dim, _ start: Dim, _ end: Dim) throws(Diagnostic) -> (
    start: Dim, length: Dim
  )? {
    guard let start = start.fixed, let end = end.fixed else { return nil }
    guard let count = whole.fixed else {
      guard start == -1 || start >= Limits.beyond, end <= -Limits.beyond, let last = whole - 1 else {
        return nil
      }
      return (last, whole)
    }
    let first = Swift.min(start < 0 ? start + count : start, count - 1)
    let stop = Swift.max(end < 0 ? end + count : Swift.min(end, count), -1)
    return (Dim(Swift.max(first, 0)), Dim(Swift.max(0, first - stop)))
  }

  /// A bound counted from the front and moved to the nearer end where it is outside; `nil` iff whether it is
  /// depends on the names.
  private func bound(_ bound: Dim, in whole: Dim, isEnd: Bool = false) -> Dim? {
    if let bound = bound.fixed {
      if let count = whole.fixed {
        return Dim(Swift.min(Swift.max(bound < 0 ? bound + count : bound, 0), count))
      }
      if bound <= -Limits.beyond { return 0 }
      if bound < 0 { return whole + Dim(bound) }
      if bound >= Limits.beyond { return whole }
      return isEnd && bound > whole.offset ? nil : Dim(bound)
    }
    if let rest = (whole - bound)?.fixed, rest < 0 { return whole }
    return (bound * Dim(-1)).flatMap { $0 + 1 }?.isPositive == true ? whole + bound : bound
  }
}

extension Limits {
  /// What no axis is as long as: exporters write such bounds for "to the end".
  fileprivate static let beyond = Int(Int32.max)
  /// Parts of a split.
  fileprivate static let parts = 1 << 16
}
