import Glibc
import Graphs
import Operators
import Tensors

extension Operator {
  /// Fourier transforms and what goes with them. A complex number is two elements of the last axis.
  static let signals: [Operator] = [
    Operator("DFT", since: 17, fourier), Operator("STFT", since: 17, frames),
    .window("HannWindow", [0.5, 0.5]),
    .window("HammingWindow", [25.0 / 46, 21.0 / 46]),
    .window("BlackmanWindow", [0.42, 0.5, 0.08]),
    Operator("MelWeightMatrix", since: 17, melWeights),
  ]

  /// The axis is an attribute before version 20 and then an input.
  @Sendable private static func fourier(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    call.promise(type.element, rank: type.rank)
    var axis = try call.version < 20 ? call.integer("axis", default: 1) : -2
    if call.version >= 20, call.optional(2) != nil { axis = try call.integers(2).first ?? axis }
    axis = try call.place(axis, rank: type.rank)
    let given = try call.optional(1).map { (_) throws(Diagnostic) in try call.lengths(1).first } ?? nil
    let (isInverse, isHalf) = (try call.flag("inverse"), try call.flag("onesided"))
    let whole = type.dims[axis]
    let length = isInverse && isHalf ? given ?? (whole - 1).flatMap { $0 * 2 } : given ?? whole
    guard let count = length?.fixed, count > 0, axis < type.rank - 1 else {
      throw call.refusal("transforms \(length?.description ?? "no") elements of axis \(axis) of \(type)")
    }
    return try call.transform(x, axis: axis, length: count, isInverse: isInverse, isHalf: isHalf)
  }

  /// The transforms of overlapping parts of signals `[B, N, 1]`: `[B, parts, frequencies, 2]`.
  @Sendable private static func frames(_ call: Call) throws(Diagnostic) -> Value {
    let type = try call.type(of: 0)
    call.promise(type.element, rank: 4)
    let x = try type.rank == 2 ? call.g.reshape(call.input(0), type.dims + [1]) : call.input(0)
    let dims = call.type(x).dims
    guard let step = try call.integers(1).first, step > 0, dims.count == 3 else {
      throw call.refusal("has no step, or takes \(type)")
    }
    let window = call.optional(2)
    let stated = try call.optional(3).map { (_) throws(Diagnostic) in try call.integers(3).first } ?? nil
    let length = stated.map(Dim.fixed) ?? window.flatMap { call.type($0).dims.first } ?? dims[1]
    guard let size = length.fixed, size > 0,
      let count = (dims[1] - length)?.dividedDown(by: step).flatMap({ $0 + 1 })
    else { throw call.refusal("has no number of frames of \(length) elements") }
    let starts = try call.g.multiply(call.g.iota(count, .i64), by: Double(step))
    let places = try call.g.add(call.g.reshape(starts, [count, 1]), call.g.iota(length, .i64))
    var frames = try call.g.gather(x, places, axis: 1)
    if let window {
      frames = try call.g.multiply(frames, call.g.reshape(window, call.type(window).dims + [1]))
    }
    return try call.transform(
      frames, axis: 2, length: size, isInverse: false, isHalf: call.flag("onesided", default: true))
  }

  /// A window of as many elements as input 0 says: `a₀ - a₁·cos(2πn/N) + a₂·cos(4πn/N)`.
  private static func window(_ name: String, _ terms: [Double]) -> Operator {
    Operator(name, since: 17) { (call) throws(Diagnostic) in
      let element = try call.element("output_datatype") ?? .f32
      call.promise(element, rank: 1)
      guard let size = try call.integers(0).first, 0...Limits.matrix ~= size else {
        throw call.refusal("has no size")
      }
      let period = try call.flag("periodic", default: true) ? size : size - 1
      let numbers = (0..<size).map { place in
        terms.enumerated().reduce(0.0) { sum, term in
          let angle = 2 * Double.pi * Double(term.offset * place) / Double(period)
          return sum + (term.offset.isMultiple(of: 2) ? term.element : -term.element) * cos(angle)
        }
      }
      return try call.translation.literal(
        Tensor(reals: numbers, as: TensorType(element, [Dim(size)])), name: call.node.outputs.first ?? "")
    }
  }
}

extension Call {
  /// The discrete Fourier transform of `length` elements of `axis`, cut or extended by zeros to that length, as one
  /// product with a table of cosines and sines.
  ///
  /// Of a half only the frequencies up to the middle are made; its inverse makes real numbers of them.
  fileprivate func transform(_ x: Value, axis: Int, length: Int, isInverse: Bool, isHalf: Bool)
    throws(Diagnostic) -> Value
  {
    let rank = type(x).rank
    guard let parts = type(x).dims.last?.fixed, 1...2 ~= parts else {
      throw refusal("transforms \(length) elements of \(type(x)), which are no complex numbers")
    }
    let half = length / 2 + 1
    let isFolded = isInverse && isHalf
    guard length < Limits.frequencies else { throw refusal("transforms \(length) elements at a time") }
    let table = FourierTable(
      length: length, inputs: isFolded ? half : length, outputs: isHalf && !isInverse ? half : length,
      isInverse: isInverse, isFolded: isFolded, parts: (parts, isFolded ? 1 : 2))
    let held = try held(x, axis: axis, length: table.inputs)
    let back = Array(0..<axis) + Array(axis + 1..<rank - 1) + [axis, rank - 1]
    let turned = axis == rank - 2 ? held : try g.transpose(held, back)
    let rows = Array(type(turned).dims.dropLast(2))
    let flat = try g.reshape(turned, (rows.isEmpty ? [1] : rows) + [Dim(table.shape[0])])
    let numbers = try Tensor(reals: table.numbers, as: TensorType(type(x).element, shape: table.shape))
    let product = try g.matmul(flat, translation.literal(numbers, name: "frequencies"))
    let y = try g.reshape(product, rows + [Dim(table.outputs), Dim(table.parts.out)])
    guard axis != rank - 2 else { return y }
    return try g.transpose(y, Array(0..<axis) + [rank - 2] + Array(axis..<rank - 2) + [rank - 1])
  }

  /// The first `length` elements, with zeros behind where there are fewer.
  private func held(_ x: Value, axis: Int, length: Int) throws(Diagnostic) -> Value {
    guard let lacking = (Dim(length) - type(x).dims[axis])?.fixed else {
      throw refusal("transforms \(length) of \(type(x).dims[axis]) elements")
    }
    guard lacking != 0 else { return x }
    return lacking > 0
      ? try g.pad(x, axis: axis, before: 0, after: Dim(lacking))
      : try g.slice(x, axis: axis, start: 0, length: Dim(length))
  }
}

extension Limits {
  /// Elements of a transform by table.
  fileprivate static let frequencies = 1 << 13
}
