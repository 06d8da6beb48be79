import Graphs
import Operators
import Tensors

extension Operator {
  /// Normalizations by statistics of channels, groups of them, or along named axes. x is `[B, C, *S]`.
  static let channelNormalizations: [Operator] = [
    Operator("BatchNormalization", outputs: batchNormalization),
    Operator("InstanceNormalization") { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let y = try call.centred(call.stashed(x), axes: call.axesOfSpace())
      let scaled = try call.g.multiply(y, call.channels(1, like: y, rank: call.type(x).rank))
      return try call.g.cast(
        call.g.add(scaled, call.channels(2, like: y, rank: call.type(x).rank)), to: call.type(x).element)
    },
    Operator("GroupNormalization", since: 18) { (call) throws(Diagnostic) in
      try call.normalizedGroups(
        of: call.input(0), count: call.integer("num_groups", default: 0), isByGroup: call.version < 21)
    },
    Operator("MeanVarianceNormalization", since: 9) { (call) throws(Diagnostic) in
      let (x, axes) = (try call.input(0), try call.integers("axes") ?? [0, 2, 3])
      let mean = try call.g.mean(x, axes: axes)
      let power = try call.g.mean(call.g.square(x), axes: axes)
      let deviation = try call.g.sqrt(call.g.subtract(power, call.g.square(mean)))
      return try call.g.divide(call.g.subtract(x, mean), call.g.add(deviation, plus: 1e-9))
    },
    Operator("LpNormalization") { (call) throws(Diagnostic) in
      let (x, axes) = (try call.input(0), [try call.integer("axis", default: -1)])
      let norm: Value
      switch try call.integer("p", default: 2) {
      case 1: norm = try call.g.sum(call.g.abs(x), axes: axes)
      case 2: norm = try call.g.sqrt(call.g.sum(call.g.square(x), axes: axes))
      case let power: throw call.refusal("takes the norm \(power), not 1 or 2")
      }
      let zero = try call.g.constant(0, like: x)
      return try call.g.where(call.g.equal(norm, zero), zero, call.g.divide(x, norm))
    },
    Operator("LRN", localResponse),
  ]

  /// Before version 14 the statistics are those of the batch where outputs behind the first are asked for, and
  /// before version 7 where `is_test` is not set; from then on where `training_mode` is.
  @Sendable private static func batchNormalization(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, rank) = (try call.input(0), try call.type(of: 0).rank)
    var isTraining = try call.flag("training_mode")
    if call.version < 14 { isTraining = (1...4).contains(where: call.wants) }
    if call.version < 7 { isTraining = try !call.flag("is_test") }
    let isSpatial = try call.flag("spatial", default: true)
    let wide = try call.stashed(x)
    func parameter(_ index: Int) throws(Diagnostic) -> Value {
      guard !isSpatial else { return try call.channels(index, like: wide, rank: rank) }
      return try call.g.cast(call.input(index), to: call.type(wide).element)
    }
    let axes = isSpatial ? [0] + Array(2..<Swift.max(2, rank)) : [0]
    let given = (try parameter(3), try parameter(4))
    var (mean, variance) = given
    if isTraining {
      mean = try call.g.mean(wide, axes: axes)
      variance = try call.g.mean(call.g.square(call.g.subtract(wide, mean)), axes: axes)
    }
    let eps = try call.decimal("epsilon", default: 1e-5)
    let inverse = try call.inverseDeviation(variance, eps)
    let y = try call.g.add(
      call.g.multiply(call.g.multiply(call.g.subtract(wide, mean), inverse), parameter(1)),
      parameter(2))
    var results: [Value?] = [try call.g.cast(y, to: call.type(x).element)]
    guard isTraining, call.node.outputs.count > 1 else { return results }
    let momentum = try call.decimal("momentum", default: 0.9)
    for (index, (old, new)) in [(given.0, mean), (given.1, variance)].enumerated() {
      let running = try call.g.add(call.g.multiply(old, by: momentum), call.g.multiply(new, by: 1 - momentum))
      let type = try call.type(of: index + 3)
      results.append(try call.g.cast(call.g.reshape(running, type.dims), to: type.element))
    }
    for (index, saved) in [mean, variance].enumerated() {
      results.append(try call.g.reshape(saved, call.type(of: index + 3).dims))
    }
    return results
  }

  /// `x / (bias + alpha/size · Σ x²)^beta`, the sum over `size` channels around each one.
  @Sendable private static func localResponse(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    guard let size = try call.integer("size"), 1...Limits.neighbours ~= size, type.rank >= 2 else {
      throw call.refusal("has no size from 1 to \(Limits.neighbours)")
    }
    let before = (size - 1) / 2
    let squares = try call.g.pad(
      call.g.square(x), axis: 1, before: Dim(before), after: Dim(size - 1 - before))
    var sum = try call.g.slice(squares, axis: 1, start: 0, length: type.dims[1])
    for start in 1..<size {
      sum = try call.g.add(sum, call.g.slice(squares, axis: 1, start: Dim(start), length: type.dims[1]))
    }
    let alpha = try call.decimal("alpha", default: 1e-4) / Double(size)
    let base = try call.g.add(call.g.multiply(sum, by: alpha), plus: call.decimal("bias", default: 1))
    let beta = try call.g.constant(call.decimal("beta", default: 0.75), like: x)
    return try call.g.divide(x, call.g.power(base, beta))
  }
}

extension Call {
  /// `x` with mean 0 and variance 1 over each group of channels, times the scale, input 1, plus the bias, input 2,
  /// which hold a number a group or one a channel.
  func normalizedGroups(of x: Value, count: Int, isByGroup: Bool) throws(Diagnostic) -> Value {
    let type = type(x)
    guard count > 0, type.rank >= 2, let size = type.dims[1].dividedDown(by: count),
      size * Dim(count) == type.dims[1]
    else { throw refusal("does not divide the channels of \(type)") }
    let split = try g.reshape(stashed(x), [type.dims[0], Dim(count), size] + type.dims[2...])
    var y = try centred(split, axes: Array(2...type.rank))
    if !isByGroup { y = try g.cast(g.reshape(y, type.dims), to: type.element) }
    let rank = self.type(y).rank
    y = try g.add(g.multiply(y, channels(1, like: y, rank: rank)), channels(2, like: y, rank: rank))
    return try g.cast(g.reshape(y, type.dims), to: type.element)
  }

  /// Input `index`, one number a channel, in the element type of `x` and so that it broadcasts over axis 1 of
  /// `rank` axes.
  func channels(_ index: Int, like x: Value, rank: Int) throws(Diagnostic) -> Value {
    let value = try g.cast(input(index), to: type(x).element)
    return try g.reshape(value, type(value).dims + Array(repeating: 1, count: Swift.max(0, rank - 2)))
  }

  /// `x` with mean 0 and variance 1 over `axes`.
  fileprivate func centred(_ x: Value, axes: [Int]) throws(Diagnostic) -> Value {
    let centered = try g.subtract(x, g.mean(x, axes: axes))
    let variance = try g.mean(g.square(centered), axes: axes)
    return try g.multiply(centered, inverseDeviation(variance, decimal("epsilon", default: 1e-5)))
  }
}

extension Limits {
  /// Channels over which a local response is summed.
  fileprivate static let neighbours = 256
}
