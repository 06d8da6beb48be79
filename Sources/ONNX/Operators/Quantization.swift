import Graphs
import Operators
import Tensors

extension Operator {
  /// Real numbers as small ones, `x ≈ (q - zero point) · scale`, and products of these.
  static let quantization: [Operator] = [
    Operator("QuantizeLinear", since: 10, quantize), Operator("DequantizeLinear", since: 10, dequantize),
    Operator("DynamicQuantizeLinear", since: 11, outputs: dynamicallyQuantize),
    Operator("MatMulInteger", since: 10) { (call) throws(Diagnostic) in
      let a = try call.centred(0, zero: 2, axis: -2)
      return try call.product(a, call.centred(1, zero: 3, axis: -1))
    },
    Operator("ConvInteger", since: 10) { (call) throws(Diagnostic) in
      let x = try call.centred(0, zero: 2, axis: 1)
      return try call.g.cast(call.wholeConvolution(x, call.centred(1, zero: 3, axis: 0)), to: .i32)
    },
    Operator("QLinearMatMul", since: 10) { (call) throws(Diagnostic) in
      let (a, b) = (try call.centred(0, zero: 2, axis: -2), try call.centred(3, zero: 5, axis: -1))
      let left = try call.spread(call.input(1), over: call.type(a), axis: -2)
      let right = try call.spread(call.input(4), over: call.type(b), axis: -1)
      let scale = try call.g.divide(call.g.multiply(left, right), call.scalar(6))
      return try call.requantized(call.product(a, b), scale, zero: 7)
    },
    Operator("QLinearConv", since: 10) { (call) throws(Diagnostic) in
      let x = try call.centred(0, zero: 2, axis: 1)
      let y = try call.wholeConvolution(x, call.centred(3, zero: 5, axis: 0), bias: call.optional(8))
      let weights = try call.spread(call.input(4), over: call.type(y), axis: 1)
      let scale = try call.g.divide(call.g.multiply(call.scalar(1), weights), call.scalar(6))
      return try call.requantized(y, scale, zero: 7)
    },
  ]

  /// `x / scale` to the nearest number of the result's type, the zero point added.
  @Sendable private static func quantize(_ call: Call) throws(Diagnostic) -> Value {
    var (x, scale) = (try call.input(0), try call.input(1))
    let given = try call.element("output_dtype")
    let element = call.optional(2).map { call.type($0).element } ?? given ?? .u8
    let precise = try call.element("precision")
    let computed = precise ?? call.type(scale).element
    guard computed.isFloat, computed.isArithmetic else { throw call.refusal("computes in \(computed)") }
    (x, scale) = (try call.g.cast(x, to: computed), try call.g.cast(scale, to: computed))
    let ratio = try call.g.divide(x, call.spreadInBlocks(scale, over: call.type(x)))
    let zero = try call.optional(2).map { (zero) throws(Diagnostic) in
      try call.spreadInBlocks(call.g.cast(zero, to: .f32), over: call.type(x))
    }
    let wide = try call.g.cast(ratio, to: .f32)
    guard element.isInteger else {
      let sum = try zero.map { (zero) throws(Diagnostic) in try call.g.add(wide, zero) } ?? wide
      return try call.g.add(Cast(element: element, saturate: call.flag("saturate", default: true)), [sum])
    }
    return try call.held(call.g.add(Round(), [wide]), zero: zero, as: element)
  }

  /// `(x - zero point) · scale`.
  @Sendable private static func dequantize(_ call: Call) throws(Diagnostic) -> Value {
    let type = try call.type(of: 0)
    var y = try call.g.cast(call.input(0), to: .f32)
    if let zero = call.optional(2) {
      y = try call.g.subtract(y, call.spreadInBlocks(call.g.cast(zero, to: .f32), over: type))
    }
    let scale = try call.g.cast(call.input(1), to: .f32)
    let (given, own) = (try call.element("output_dtype"), try call.type(of: 1).element)
    let element = given ?? own
    return try call.g.cast(call.g.multiply(y, call.spreadInBlocks(scale, over: type)), to: element)
  }

  /// x as u8, with the scale and the zero point that its range asks for.
  @Sendable private static func dynamicallyQuantize(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    let (zero, axes) = (try call.g.constant(0, like: x), Array(type.dims.indices))
    let most = try call.g.maximum(call.g.max(x, axes: axes, keep: false), zero)
    let least = try call.g.minimum(call.g.add(Min(axes: axes, keep: false), [x]), zero)
    let one = try call.g.constant(1, like: x)
    let range = try call.g.where(call.g.equal(most, least), one, call.g.subtract(most, least))
    let scale = try call.g.divide(range, call.g.constant(255, like: x))
    let place = try call.g.add(Round(), [call.g.negate(call.g.divide(least, scale))])
    let rounded = try call.g.add(Round(), [call.g.divide(x, scale)])
    return [
      try call.held(rounded, zero: place, as: .u8), scale, try call.held(place, zero: nil, as: .u8),
    ]
  }
}

extension Call {
  /// `x` plus `zero`, held in the range of the whole numbers `element`.
  fileprivate func held(_ x: Value, zero: Value?, as element: DType) throws(Diagnostic) -> Value {
    guard let range = element.quantizedRange else { throw refusal("gives \(element)") }
    let sum = try zero.map { (zero) throws(Diagnostic) in try g.add(x, zero) } ?? x
    let raised = try g.maximum(sum, g.constant(range.lowerBound, like: x))
    return try g.cast(g.minimum(raised, g.constant(range.upperBound, like: x)), to: element)
  }

  /// `product · scale` as numbers of the type of the zero point, input `zero`.
  fileprivate func requantized(_ product: Value, _ scale: Value, zero index: Int) throws(Diagnostic) -> Value
  {
    let y = try g.multiply(g.cast(product, to: .f64), g.cast(scale, to: .f64))
    let zero = try optional(index).map { (zero) throws(Diagnostic) in try g.cast(zero, to: .f64) }
    let own = try type(of: 0).element
    let element = optional(index).map { type($0).element } ?? own
    let sum = try zero.map { (zero) throws(Diagnostic) in
      try g.add(y, g.reshape(zero, type(zero).count == 1 ? [] : type(zero).dims))
    }
    return try held(g.add(Round(), [sum ?? y]), zero: nil, as: element)
  }

  /// Input `index` less its zero point, input `zero`, i32; the zero point holds one number, or one for each place
  /// on `axis`.
  fileprivate func centred(_ index: Int, zero: Int, axis: Int) throws(Diagnostic) -> Value {
    let x = try g.cast(input(index), to: .i32)
    guard let zero = optional(zero) else { return x }
    return try g.subtract(x, spread(g.cast(zero, to: .i32), over: type(x), axis: axis))
  }

  /// The convolution of whole numbers, f64, in which they are exact.
  fileprivate func wholeConvolution(_ x: Value, _ weights: Value, bias: Value? = nil) throws(Diagnostic)
    -> Value
  {
    let kernel = Array(type(weights).dims.dropFirst(2))
    let window = try SpatialWindow(self, over: type(x), kernel: kernel)
    let conv = Conv(
      strides: window.strides, dilations: window.dilations, before: window.before, after: window.after,
      groups: try integer("group", default: 1))
    let operands = [x, weights] + (bias.map { [$0] } ?? [])
    var wide: [Value] = []
    for operand in operands { wide.append(try g.cast(operand, to: .f64)) }
    return try g.add(conv, wide)
  }

  /// `x`, which holds one number or one for each place on `axis` of `type`, so that it broadcasts against that.
  fileprivate func spread(_ x: Value, over type: TensorType, axis: Int) throws(Diagnostic) -> Value {
    let own = self.type(x)
    if own.count == 1 { return try g.reshape(x, []) }
    guard own.rank == 1 else { return x }
    var dims = Array(repeating: Dim(1), count: type.rank)
    dims[try place(axis, rank: type.rank)] = own.dims[0]
    return try g.reshape(x, dims)
  }

  /// As `spread` along the axis that the node names; where it names blocks, each number is for one of these.
  fileprivate func spreadInBlocks(_ x: Value, over type: TensorType) throws(Diagnostic) -> Value {
    let axis = try integer("axis", default: 1)
    let block = try integer("block_size", default: 0)
    guard block > 0 else { return try spread(x, over: type, axis: axis) }
    let place = try place(axis, rank: type.rank)
    guard self.type(x).rank == type.rank, block <= Limits.length else {
      throw refusal("has scales \(self.type(x)) in blocks of \(block) for \(type)")
    }
    let places = try g.iota(type.dims[place], .i64)
    let blocks = try g.divide(places, g.constant(Double(block), like: places))
    return try g.gather(x, blocks, axis: place)
  }
}

extension DType {
  /// The least and the largest of these whole numbers; `nil` iff nothing is quantized to them.
  fileprivate var quantizedRange: ClosedRange<Double>? {
    switch self {
    case .u2: 0...3
    case .i2: -2...1
    case .u4: 0...15
    case .i4: -8...7
    case .u8: 0...255
    case .i8: -128...127
    case .u16: 0...65535
    case .i16: -32768...32767
    default: nil
    }
  }
}
