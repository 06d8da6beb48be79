import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that read between the elements of a tensor.
  static let sampling: [Operator] = [
    Operator("GridSample", since: 16, gridSample), Operator("AffineGrid", since: 20, affineGrid),
    Operator("RoiAlign", since: 10, regions), Operator("DeformConv", since: 19, deformed),
  ]

  /// x `[N, C, *S]` at the places that a grid `[N, *Q, axes]` names, the last axis first, from -1 to 1.
  @Sendable private static func gridSample(_ call: Call) throws(Diagnostic) -> Value {
    let (x, grid) = (try call.type(of: 0), try call.type(of: 1))
    let isAligned = try call.flag("align_corners")
    let method: Sampler.Method
    switch try call.text("mode", default: "linear") {
    case "linear", "bilinear": method = .linear
    case "nearest": method = .nearest
    case "cubic", "bicubic": method = .cubic
    case let other: throw call.refusal("reads by the method \(other)")
    }
    let outside: Sampler.Outside
    switch try call.text("padding_mode", default: "zeros") {
    case "zeros": outside = .zeros
    case "border": outside = .border
    case "reflection": outside = .reflection(atCentres: isAligned)
    case let other: throw call.refusal("pads by \(other)")
    }
    let sampler = try Sampler(call, call.input(0), outside: outside)
    let rank = sampler.space.count
    guard grid.rank == rank + 2, grid.dims.last == Dim(rank),
      let count = Array(grid.dims[1...rank]).product
    else { throw call.refusal("reads \(x) at \(grid)") }
    var places: [Value] = []
    for axis in 0..<rank {
      let part = try call.g.slice(
        call.input(1), axis: -1, start: Dim(rank - 1 - axis), length: 1)
      let flat = try call.g.reshape(part, [grid.dims[0], 1, count])
      let place = try call.place(flat, on: sampler.space[axis], isAligned: isAligned)
      let whole = method == .nearest ? try call.g.add(Round(), [place]) : place
      places.append(try call.inside(whole, sampler, axis, isAligned: isAligned))
    }
    let y = try sampler.values(at: places, method)
    return try call.g.reshape(y, Array(x.dims[..<2]) + grid.dims[1...rank])
  }

  /// The places `[N, *S, axes]` to which matrices `[N, axes, axes + 1]` take those of a regular grid.
  @Sendable private static func affineGrid(_ call: Call) throws(Diagnostic) -> Value {
    let (theta, type) = (try call.input(0), try call.type(of: 0))
    let isAligned = try call.flag("align_corners")
    guard type.rank == 3, let rank = type.dims[1].fixed, 1...3 ~= rank else {
      throw call.refusal("takes matrices \(type)")
    }
    call.promise(type.element, rank: rank + 2)
    let space = Array(try call.lengths(1).dropFirst(2))
    guard space.count == rank, let count = space.product else {
      throw call.refusal("has \(space.count) axes of space for matrices \(type)")
    }
    var parts: [Value] = []
    for axis in (0..<rank).reversed() {
      let steps = try call.g.iota(space[axis], type.element)
      let length = try call.g.length(of: space[axis], like: steps)
      let one = try call.g.constant(1, like: steps)
      let divisor = try isAligned ? call.g.maximum(call.g.add(length, plus: -1), one) : length
      let doubled = try call.g.add(call.g.multiply(steps, by: 2), plus: isAligned ? 0 : 1)
      var row = Array(repeating: Dim(1), count: rank)
      row[axis] = space[axis]
      let line = try call.g.add(call.g.divide(doubled, divisor), plus: -1)
      let spread = try call.g.broadcast(call.g.reshape(line, row), space)
      parts.append(try call.g.reshape(spread, [count, 1]))
    }
    parts.append(try call.g.broadcast(call.g.constant(1, like: theta), [count, 1]))
    let grid = try call.g.concat(parts, axis: 1)
    let moved = try call.g.matmul(grid, call.g.transposeMatrix(theta))
    return try call.g.reshape(moved, [type.dims[0]] + space + [Dim(rank)])
  }

  /// Parts of pictures `[N, C, H, W]`, each laid out on as many cells and read at some places of every cell.
  @Sendable private static func regions(_ call: Call) throws(Diagnostic) -> Value {
    let (regions, type) = (try call.input(1), try call.type(of: 0))
    guard call.type(regions).rank == 2, call.type(regions).dims[1] == 4, type.rank == 4 else {
      throw call.refusal("takes the regions \(call.type(regions)) of \(type)")
    }
    let count = call.type(regions).dims[0]
    let points = try call.integer("sampling_ratio", default: 0)
    guard Limits.samples ~= points else {
      throw call.refusal(
        "reads \(points) places a cell, not a number that is given, up to \(Limits.samples.upperBound)")
    }
    let coordinates = try call.text("coordinate_transformation_mode", default: "half_pixel")
    let isHalf = call.version >= 16 && coordinates == "half_pixel"
    let scale = try call.real("spatial_scale", default: 1)
    let lengths = [
      try call.integer("output_height", default: 1), try call.integer("output_width", default: 1),
    ]
    guard lengths.allSatisfy({ 1...Limits.cells ~= $0 }) else { throw call.refusal("gives \(lengths) cells") }
    let pictures = try call.g.gather(call.input(0), call.input(2), axis: 0)
    let sampler = try Sampler(call, pictures, outside: .border)
    let places = lengths.map { Dim($0 * points) }
    var (axes, isInside): ([Value], Value?) = ([], nil)
    for axis in 0..<2 {
      func bound(_ column: Int) throws(Diagnostic) -> Value {
        let number = try call.g.slice(regions, axis: 1, start: Dim(column), length: 1)
        return try call.g.add(call.g.multiply(number, by: scale), plus: isHalf ? -0.5 : 0)
      }
      let (start, end) = (try bound(1 - axis), try bound(3 - axis))
      var width = try call.g.subtract(end, start)
      if !isHalf { width = try call.g.maximum(width, call.g.constant(1, like: width)) }
      let steps = try call.g.add(call.g.iota(places[axis], call.type(regions).element), plus: 0.5)
      let part = try call.g.multiply(steps, by: 1 / Double(lengths[axis] * points))
      let place = try call.g.add(start, call.g.multiply(width, part))
      var dims = [count, 1, 1, 1]
      dims[axis + 2] = places[axis]
      let spread = try call.g.broadcast(call.g.reshape(place, dims), [count, 1] + places)
      let flat = try call.g.reshape(spread, [count, 1, Dim(lengths[0] * points * lengths[1] * points)])
      let length = try call.g.length(of: sampler.space[axis], like: flat)
      let holds = try call.g.add(
        And(), [call.atMost(call.g.constant(-1, like: flat), flat), call.atMost(flat, length)])
      isInside =
        try isInside.map { (all) throws(Diagnostic) in try call.g.add(And(), [all, holds]) } ?? holds
      let last = try call.g.add(length, plus: -1)
      axes.append(try call.g.minimum(call.g.maximum(flat, call.g.constant(0, like: flat)), last))
    }
    let isMean: Bool
    switch try call.text("mode", default: "avg") {
    case "avg": isMean = true
    case "max": isMean = false
    case let other: throw call.refusal("pools by \(other)")
    }
    var y = try sampler.values(at: axes, .linear, joining: isMean ? Add() : Maximum())
    if let isInside { y = try call.g.where(isInside, y, call.g.constant(0, like: y)) }
    let cells = try call.g.reshape(
      y, [count, type.dims[1], Dim(lengths[0]), Dim(points), Dim(lengths[1]), Dim(points)])
    return try isMean
      ? call.g.mean(cells, axes: [3, 5], keep: false)
      : call.g.add(Max(axes: [3, 5], keep: false), [cells])
  }

  /// A convolution that reads each element of its window where an offset moves it to.
  @Sendable private static func deformed(_ call: Call) throws(Diagnostic) -> Value {
    let (x, weights, offsets) = (try call.type(of: 0), try call.type(of: 1), try call.type(of: 2))
    let kernel = Array(weights.dims.dropFirst(2))
    let window = try SpatialWindow(call, over: x, kernel: kernel)
    let (groups, sets) = (try call.integer("group", default: 1), try call.integer("offset_group", default: 1))
    guard kernel.count == 2, offsets.rank == 4, groups > 0, sets > 0, let taps = kernel.product,
      let perSet = x.dims[1].dividedExactly(by: Dim(sets)),
      let count = (taps * offsets.dims[2]).flatMap({ $0 * offsets.dims[3] }),
      let perGroup = weights.dims[0].dividedExactly(by: Dim(groups)), let column = weights.dims[1] * taps,
      let area = offsets.dims[2] * offsets.dims[3]
    else { throw call.refusal("moves \(weights) over \(x) by \(offsets)") }
    let result = Array(offsets.dims[2...])
    let all = try call.g.reshape(call.input(2), [x.dims[0], Dim(sets)] + kernel + [2] + result)
    let sampler = try Sampler(call, call.input(0), outside: .zeros)
    func perChannel(_ value: Value) throws(Diagnostic) -> Value {
      let own = try call.g.reshape(value, [x.dims[0], Dim(sets), 1, count])
      let spread = try call.g.broadcast(own, [x.dims[0], Dim(sets), perSet, count])
      return try call.g.reshape(spread, [x.dims[0], x.dims[1], count])
    }
    var places: [Value] = []
    for axis in 0..<2 {
      let moved = try call.g.reshape(
        call.g.slice(all, axis: 4, start: Dim(axis), length: 1), [x.dims[0], Dim(sets)] + kernel + result)
      var (inner, outer) = (Array(repeating: Dim(1), count: 6), Array(repeating: Dim(1), count: 6))
      (inner[axis + 2], outer[axis + 4]) = (kernel[axis], result[axis])
      let taps = try call.g.multiply(
        call.g.iota(kernel[axis], offsets.element), by: Double(window.dilations[axis]))
      let steps = try call.g.multiply(
        call.g.iota(result[axis], offsets.element), by: Double(window.strides[axis]))
      let starts = try call.g.add(steps, plus: -Double(window.before[axis]))
      let still = try call.g.add(call.g.reshape(taps, inner), call.g.reshape(starts, outer))
      places.append(try perChannel(call.g.add(moved, still)))
    }
    var columns = try sampler.values(at: places, .linear)
    if let mask = call.optional(4) { columns = try call.g.multiply(columns, perChannel(mask)) }
    let wide = try call.g.reshape(columns, [x.dims[0], Dim(groups), column, area])
    let rows = try call.g.reshape(call.input(1), [1, Dim(groups), perGroup, column])
    let y = try call.g.reshape(call.g.matmul(rows, wide), [x.dims[0], weights.dims[0]] + result)
    guard call.optional(3) != nil else { return y }
    return try call.g.add(y, call.channels(3, like: y, rank: 4))
  }
}

extension Call {
  /// The place on an axis of `length` elements that a grid calls `x`, from -1 to 1.
  fileprivate func place(_ x: Value, on length: Dim, isAligned: Bool) throws(Diagnostic) -> Value {
    let length = try g.length(of: length, like: x)
    let grown = try g.add(x, plus: 1)
    guard !isAligned else {
      return try g.multiply(g.multiply(grown, by: 0.5), g.add(length, plus: -1))
    }
    return try g.multiply(g.add(g.multiply(grown, length), plus: -1), by: 0.5)
  }

  /// A place beyond the ends of an axis moved to where it is read: to the outermost element, or mirrored.
  fileprivate func inside(_ place: Value, _ sampler: Sampler, _ axis: Int, isAligned: Bool)
    throws(Diagnostic) -> Value
  {
    let margin = isAligned ? 0 : 0.5
    let last = try g.add(g.length(of: sampler.space[axis], like: place), plus: -1)
    switch sampler.outside {
    case .zeros: return place
    case .reflection: return try sampler.mirrored(place, axis)
    case .border:
      let zero = try g.constant(0, like: place)
      let isBefore = try g.less(place, g.constant(-margin, like: place))
      let isBehind = try g.less(g.add(last, plus: margin), place)
      return try g.where(isBefore, zero, g.where(isBehind, last, place))
    }
  }
}

extension Limits {
  /// Places that are read in a cell, along each axis.
  fileprivate static let samples = 1...64
  /// Cells of a region, along each axis.
  fileprivate static let cells = 1 << 12
}
