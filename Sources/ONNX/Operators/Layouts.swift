import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that lay the elements of pictures, windows and sequences out anew.
  static let layouts: [Operator] = [
    Operator("DepthToSpace") { (call) throws(Diagnostic) in try call.depthToSpace() },
    Operator("SpaceToDepth") { (call) throws(Diagnostic) in try call.spaceToDepth() },
    Operator("CenterCropPad", since: 18, centerCropPad), Operator("Col2Im", since: 18, columnsToImage),
    Operator("ReverseSequence", since: 10, reverseSequence),
    Operator("MaxUnpool", since: 9, maxUnpool),
    Operator("Compress", since: 9, compress),
  ]

  /// The middle of each axis, cut or extended by zeros to the lengths that input 1 names.
  @Sendable private static func centerCropPad(_ call: Call) throws(Diagnostic) -> Value {
    var x = try call.input(0)
    let type = call.type(x)
    call.promise(type.element, rank: type.rank)
    let (axes, lengths) = (try call.integers("axes") ?? Array(type.dims.indices), try call.integers(1))
    guard axes.count == lengths.count, lengths.allSatisfy({ 0...Limits.length ~= $0 }) else {
      throw call.refusal("names \(lengths.count) lengths for \(axes.count) axes")
    }
    for (axis, wanted) in zip(axes, lengths) {
      let place = try call.place(axis, rank: type.rank)
      guard let length = call.type(x).dims[place].fixed else {
        throw call.refusal("cuts an axis whose length is not known, of \(type)")
      }
      if wanted < length {
        x = try call.g.slice(x, axis: place, start: Dim((length - wanted) / 2), length: Dim(wanted))
      } else if wanted > length {
        let before = (wanted - length) / 2
        x = try call.g.pad(x, axis: place, before: Dim(before), after: Dim(wanted - length - before))
      }
    }
    return x
  }

  /// Windows `[N, C·window, places]` added up where they overlap: `[N, C, *S]`.
  @Sendable private static func columnsToImage(_ call: Call) throws(Diagnostic) -> Value {
    let type = try call.type(of: 0)
    let (lengths, kernel) = (try call.integers(1), try call.integers(2))
    let rank = lengths.count
    guard type.rank == 3, 1...Limits.imageAxes ~= rank, kernel.count == rank,
      (lengths + kernel).allSatisfy({ 1...Limits.length ~= $0 }), let area = lengths.map(Dim.fixed).product,
      let taps = kernel.map(Dim.fixed).product?.fixed, taps <= Limits.taps,
      let channels = type.dims[1].dividedExactly(by: taps)
    else { throw call.refusal("lays out \(type) as windows \(kernel) over \(lengths)") }
    let strides = try call.numbers("strides", rank, least: 1, default: 1)
    let dilations = try call.numbers("dilations", rank, least: 1, default: 1)
    let pads = try call.numbers("pads", 2 * rank, least: 0, default: 0)
    // The place in the image of every element of every window, and whether it is inside.
    var (index, isInside): (Value?, Value?)
    var order: [Dim] = kernel.map(Dim.fixed)
    var counts: [Dim] = []
    for axis in 0..<rank {
      let reach = dilations[axis].multipliedReportingOverflow(by: kernel[axis] - 1)
      let room = lengths[axis] + pads[axis] + pads[axis + rank]
      guard !reach.overflow, room > reach.partialValue else {
        throw call.refusal("has windows longer than axis \(axis)")
      }
      counts.append(Dim((room - reach.partialValue - 1) / strides[axis] + 1))
    }
    guard counts.product == type.dims[2] else { throw call.refusal("has \(counts) places in \(type)") }
    order += counts
    for axis in 0..<rank {
      var (inner, outer) = (
        Array(repeating: Dim(1), count: 2 * rank), Array(repeating: Dim(1), count: 2 * rank)
      )
      (inner[axis], outer[axis + rank]) = (order[axis], order[axis + rank])
      let taps = try call.g.multiply(call.g.iota(order[axis], .i64), by: Double(dilations[axis]))
      let steps = try call.g.multiply(call.g.iota(order[axis + rank], .i64), by: Double(strides[axis]))
      let starts = try call.g.add(steps, plus: -Double(pads[axis]))
      let place = try call.g.add(call.g.reshape(taps, inner), call.g.reshape(starts, outer))
      let zero = try call.g.constant(0, like: place)
      let length = try call.g.constant(Double(lengths[axis]), like: place)
      let holds = try call.g.add(And(), [call.atMost(zero, place), call.g.less(place, length)])
      isInside =
        try isInside.map { (all) throws(Diagnostic) in try call.g.add(And(), [all, holds]) } ?? holds
      index =
        try index.map { (index) throws(Diagnostic) in
          try call.g.add(call.g.multiply(index, length), place)
        } ?? place
    }
    guard let index, let isInside, let all = order.product, let planes = type.dims[0] * channels else {
      throw call.refusal("is too large")
    }
    // What is outside goes to one more element behind, which is cut off.
    let beyond = try call.g.length(of: area, like: index)
    let places = try call.g.reshape(call.g.where(isInside, index, beyond), [1, all])
    guard let room = area + 1 else { throw call.refusal("is too large") }
    let zeros = try call.g.broadcast(call.g.constant(0, like: call.input(0)), [planes, room])
    let sums = try call.g.add(
      ScatterElements(axis: 1, reduction: .add),
      [zeros, call.g.broadcast(places, [planes, all]), call.g.reshape(call.input(0), [planes, all])])
    let image = try call.g.slice(sums, axis: 1, start: 0, length: area)
    return try call.g.reshape(image, [type.dims[0], channels] + lengths.map(Dim.fixed))
  }

  /// The first elements of each sequence of a batch, as many as input 1 says, in the other direction.
  @Sendable private static func reverseSequence(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    let batch = try call.place(call.integer("batch_axis", default: 1), rank: type.rank)
    let time = try call.place(call.integer("time_axis", default: 0), rank: type.rank)
    guard batch != time else { throw call.refusal("turns axis \(time) of a batch along it") }
    var (row, column) = (
      Array(repeating: Dim(1), count: type.rank), Array(repeating: Dim(1), count: type.rank)
    )
    (row[time], column[batch]) = (type.dims[time], type.dims[batch])
    let places = try call.g.reshape(call.g.iota(type.dims[time], .i64), row)
    let lengths = try call.g.reshape(call.g.cast(call.input(1), to: .i64), column)
    let last = try call.g.add(lengths, plus: -1)
    let turned = try call.g.where(
      call.g.less(places, lengths), call.g.subtract(last, places), places)
    return try call.g.add(GatherElements(axis: time), [x, call.g.broadcast(turned, type.dims)])
  }

  /// Zeros, with each element of x at the place in all of the result that input 1 names.
  @Sendable private static func maxUnpool(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: type.rank)
    let rank = type.rank - 2
    guard let kernel = try call.integers("kernel_shape"), rank > 0, kernel.count == rank,
      kernel.allSatisfy({ 1...Limits.length ~= $0 }), let count = type.dims.product
    else { throw call.refusal("has no kernel for \(type)") }
    let strides = try call.numbers("strides", rank, least: 1, default: 1)
    let pads = try call.numbers("pads", 2 * rank, least: 0, default: 0)
    var dims = Array(type.dims[..<2])
    for axis in 0..<rank {
      guard let span = (type.dims[axis + 2] - 1).flatMap({ $0 * Dim(strides[axis]) }),
        let length = span + Dim(kernel[axis] - pads[axis] - pads[axis + rank])
      else { throw call.refusal("is too long") }
      dims.append(length)
    }
    guard let all = dims.product else { throw call.refusal("is too long") }
    let zeros = try call.g.broadcast(call.g.constant(0, like: x), [all])
    let flat = try call.g.add(
      ScatterElements(axis: 0),
      [zeros, call.g.reshape(call.input(1), [count]), call.g.reshape(x, [count])])
    var y = try call.g.reshape(flat, dims)
    guard call.optional(2) != nil else { return y }
    for (axis, length) in try call.lengths(2).enumerated() where dims.indices.contains(axis) {
      guard let after = length - dims[axis] else { throw call.refusal("is too long") }
      if after != 0 { y = try call.g.pad(y, axis: axis, before: 0, after: after) }
    }
    return y
  }

  /// The slices along an axis, or the elements in order, for which input 1 holds.
  @Sendable private static func compress(_ call: Call) throws(Diagnostic) -> Value {
    let (x, axis) = try call.slices()
    let type = call.type(x)
    call.promise(type.element, rank: type.rank)
    let kept = try call.integers(1).enumerated().filter { $0.element != 0 }.map { Int64($0.offset) }
    let places = try Tensor(integers: kept, as: TensorType(.i64, [Dim(kept.count)]))
    return try call.g.gather(x, call.translation.literal(places, name: "places"), axis: axis)
  }
}

extension Call {
  /// The size of a block, at least 1.
  private func blockSize() throws(Diagnostic) -> Int {
    guard let size = try integer("blocksize"), 1...Limits.block ~= size, try type(of: 0).rank == 4 else {
      throw refusal("takes no blocks of \(try type(of: 0))")
    }
    return size
  }

  /// `[N, C·b², H, W]` as `[N, C, H·b, W·b]`.
  fileprivate func depthToSpace() throws(Diagnostic) -> Value {
    let (block, dims) = (try blockSize(), try type(of: 0).dims)
    let isColumnsFirst = try text("mode", default: "DCR") == "CRD"
    guard let channels = dims[1].dividedExactly(by: block * block), let height = dims[2] * Dim(block),
      let width = dims[3] * Dim(block)
    else { throw refusal("does not divide the channels of \(try type(of: 0)) into blocks of \(block)") }
    let b = Dim(block)
    let split = isColumnsFirst ? [channels, b, b] : [b, b, channels]
    let apart = try g.reshape(input(0), [dims[0]] + split + dims[2...])
    let turned = try g.transpose(apart, isColumnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2])
    return try g.reshape(turned, [dims[0], channels, height, width])
  }

  /// `[N, C, H·b, W·b]` as `[N, C·b², H, W]`.
  fileprivate func spaceToDepth() throws(Diagnostic) -> Value {
    let (block, dims) = (try blockSize(), try type(of: 0).dims)
    guard let height = dims[2].dividedExactly(by: block), let width = dims[3].dividedExactly(by: block),
      let channels = dims[1] * Dim(block * block)
    else { throw refusal("does not divide \(try type(of: 0)) into blocks of \(block)") }
    let b = Dim(block)
    let isColumnsFirst = try text("mode", default: "DCR") == "CRD"
    let apart = try g.reshape(input(0), [dims[0], dims[1], height, b, width, b])
    let turned = try g.transpose(apart, isColumnsFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4])
    return try g.reshape(turned, [dims[0], channels, height, width])
  }
}

extension Limits {
  /// Elements of a block along an axis.
  fileprivate static let block = 1 << 16
  /// Axes of an image.
  fileprivate static let imageAxes = 8
  /// Elements of a window.
  fileprivate static let taps = 1 << 20
}
