import Graphs
import Operators
import Tensors

extension Operator {
  /// Normalizations over the last axes.
  static let rowNormalizations: [Operator] = [
    Operator("LayerNormalization", outputs: layerNormalization),
    Operator("RMSNormalization", since: 23) { (call) throws(Diagnostic) in try call.rmsNormalized() },
  ]

  /// The rows, their means and the inverses of their deviations: a `layer_norm` where only the first is wanted
  /// and scale and bias hold one number a feature.
  @Sendable private static func layerNormalization(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, scale) = (try call.input(0), try call.input(1))
    let (type, eps) = (call.type(x), try call.decimal("epsilon", default: 1e-5))
    let axis = try call.place(call.integer("axis", default: -1), rank: type.rank)
    if !call.wants(1), !call.wants(2), let (row, features) = try call.row(x, axis) {
      var operands: [Value?] = [row, try call.features(scale, of: x, axis, features)]
      if let bias = call.optional(2) { operands.append(try call.features(bias, of: x, axis, features)) }
      let given = operands.compactMap(\.self)
      if given.count == operands.count {
        return [try call.g.reshape(call.g.add(LayerNorm(eps: eps), given), type.dims)]
      }
    }
    let (wide, axes) = (try call.stashed(x), Array(axis..<type.rank))
    let mean = try call.g.mean(wide, axes: axes)
    let centered = try call.g.subtract(wide, mean)
    let inverse = try call.inverseDeviation(call.g.mean(call.g.square(centered), axes: axes), eps)
    var y = try call.g.multiply(call.g.cast(call.g.multiply(centered, inverse), to: type.element), scale)
    if let bias = call.optional(2) { y = try call.g.add(y, bias) }
    return [y, mean, inverse]
  }
}

extension Call {
  /// Input 0 with rows of root mean square 1, times the scale, input 1: an `rms_norm` where the scale holds one
  /// number a feature.
  func rmsNormalized() throws(Diagnostic) -> Value {
    let (x, scale) = (try input(0), try input(1))
    let axis = try place(integer("axis", default: -1), rank: type(x).rank)
    let eps = try decimal("epsilon", default: 1e-5)
    if let (row, features) = try row(x, axis), let scales = try self.features(scale, of: x, axis, features) {
      return try g.reshape(g.add(RMSNorm(eps: eps), [row, scales]), type(x).dims)
    }
    let wide = try stashed(x)
    let axes = Array(axis..<type(x).rank)
    let power = try g.mean(g.square(wide), axes: axes)
    let y = try g.multiply(wide, inverseDeviation(power, eps))
    return try g.multiply(g.cast(y, to: type(x).element), scale)
  }

  /// The real number under `name` as it was written in decimals before it was rounded to 32 bits.
  func decimal(_ name: String, default number: Double) throws(Diagnostic) -> Double {
    guard let real = try real(name) else { return number }
    return Double(Float(real).description) ?? real
  }

  /// `x` in the type in which a normalization computes: f32 where the attribute `stash_type` says so and the
  /// elements have fewer bits.
  func stashed(_ x: Value) throws(Diagnostic) -> Value {
    guard type(x).element.bits < 32, try integer("stash_type", default: 1) == 1 else { return x }
    return try g.cast(x, to: .f32)
  }

  /// `1 / √(variance + eps)`.
  func inverseDeviation(_ variance: Value, _ eps: Double) throws(Diagnostic) -> Value {
    try g.reciprocal(g.sqrt(g.add(variance, plus: eps)))
  }

  /// `x` with its axes from `axis` on as one of so many features; `nil` iff that is no length or the elements
  /// are not those that the node computes in.
  fileprivate func row(_ x: Value, _ axis: Int) throws(Diagnostic) -> (Value, Dim)? {
    let dims = type(x).dims
    guard type(x).element.bits >= 32, let features = Array(dims[axis...]).product else { return nil }
    return (try g.reshape(x, dims[..<axis] + [features]), features)
  }

  /// A scale or bias as one number a feature; `nil` iff it is not that.
  fileprivate func features(_ scale: Value, of x: Value, _ axis: Int, _ count: Dim) throws(Diagnostic)
    -> Value?
  {
    let (own, whole) = (type(scale).dims, type(x).dims[axis...])
    guard Array(own.drop { $0 == 1 }) == Array(whole.drop { $0 == 1 }), own.count <= type(x).rank else {
      return nil
    }
    return try g.reshape(scale, [count])
  }
}
