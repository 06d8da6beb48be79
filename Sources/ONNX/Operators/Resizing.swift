import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that resample the axes of a tensor.
  static let resizing: [Operator] = [
    Operator("Resize", since: 10) { (call) throws(Diagnostic) in try call.resized() },
    Operator("Upsample") { (call) throws(Diagnostic) in try call.resized() },
  ]
}

extension Call {
  /// Input 0 with its axes resampled one after the other; those that keep their length stay as they are.
  fileprivate func resized() throws(Diagnostic) -> Value {
    var x = try input(0)
    let (element, rank) = (type(x).element, type(x).rank)
    promise(element, rank: rank)
    let targets = try targets(rank)
    let method = try method()
    let isComputed = if case .nearest = method { false } else { true }
    if isComputed, element.isInteger || element.bits < 32 { x = try g.cast(x, to: .f32) }
    for target in targets { x = try resampled(x, target, method) }
    guard type(x).element != element else { return x }
    return try g.cast(element.isInteger ? g.add(Round(), [x]) : x, to: element)
  }

  /// What one axis is to become.
  private struct Target {
    let axis: Int
    /// The new length, where it is asked for and not the scale alone.
    var length: Dim?
    /// `nil` iff it follows from the lengths.
    var scale: Double?
    var region: (start: Double, end: Double)?
  }

  /// The new lengths or the scales, by input or attribute as the version has it.
  private func targets(_ rank: Int) throws(Diagnostic) -> [Target] {
    var axes: [Int] = []
    for axis in try integers("axes") ?? Array(0..<rank) { axes.append(try place(axis, rank: rank)) }
    var targets = axes.map { Target(axis: $0) }
    let isListed = node.operatorName == "Upsample" && version < 9
    let place = version >= 11 ? 2 : 1
    if !isListed, version >= 11, optional(3) != nil {
      let lengths = try lengths(3)
      guard lengths.count == axes.count else {
        throw refusal("has \(lengths.count) sizes for \(axes.count) axes")
      }
      for index in targets.indices { targets[index].length = lengths[index] }
      targets = try keepingAspect(targets)
    } else {
      let scales = isListed ? try listedScales(rank) : try tensor(place).reals()
      guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw refusal("has the scales \(scales) for \(axes.count) axes")
      }
      for index in targets.indices { targets[index].scale = scales[index] }
    }
    if version >= 11, try text("coordinate_transformation_mode") == Resampling.Coordinates.cropped.rawValue {
      let region = try tensor(1).reals()
      guard region.count == 2 * axes.count else { throw refusal("has a region of \(region.count) numbers") }
      for index in targets.indices { targets[index].region = (region[index], region[index + axes.count]) }
    }
    return targets
  }

  /// The scales of an `Upsample` before version 9: of each axis, or of rows and columns.
  private func listedScales(_ rank: Int) throws(Diagnostic) -> [Double] {
    if let scales = try reals("scales") { return scales }
    guard let height = try real("height_scale"), let width = try real("width_scale"), rank >= 2 else {
      throw refusal("has no scales")
    }
    return Array(repeating: 1, count: rank - 2) + [height, width]
  }

  /// Targets of one scale that are not larger, or not smaller, than the lengths asked for, where the node says
  /// so.
  private func keepingAspect(_ targets: [Target]) throws(Diagnostic) -> [Target] {
    let policy = try text("keep_aspect_ratio_policy", default: "stretch")
    guard policy != "stretch" else { return targets }
    let dims = try type(of: 0).dims
    var scales: [Double] = []
    for target in targets {
      guard let old = dims[target.axis].fixed, old > 0, let new = target.length?.fixed else {
        throw refusal("keeps the ratio of lengths that are not known")
      }
      scales.append(Double(new) / Double(old))
    }
    guard let scale = policy == "not_larger" ? scales.min() : policy == "not_smaller" ? scales.max() : nil
    else {
      throw refusal("keeps the ratio by \(policy)")
    }
    return targets.map { target in
      let length = (Double(dims[target.axis].fixed ?? 0) * scale + 0.5).rounded(.down)
      return Target(axis: target.axis, length: Dim(Int(saturating: length)), scale: scale)
    }
  }

  private func method() throws(Diagnostic) -> Resampling.Method {
    let isSmooth = try flag("antialias")
    switch try text("mode", default: "nearest") {
    case "nearest":
      let text = version < 11 ? "floor" : try self.text("nearest_mode", default: "round_prefer_floor")
      guard let rounding = Resampling.Rounding(rawValue: text) else { throw refusal("rounds by \(text)") }
      return .nearest(rounding)
    case "linear", "bilinear", "trilinear": return .linear(antialias: isSmooth)
    case "cubic", "bicubic":
      return .cubic(coefficient: try decimal("cubic_coeff_a", default: -0.75), antialias: isSmooth)
    case let other: throw refusal("resamples by \(other)")
    }
  }

  /// `x` with the axis of `target` resampled.
  private func resampled(_ x: Value, _ target: Target, _ method: Resampling.Method) throws(Diagnostic)
    -> Value
  {
    let whole = type(x).dims[target.axis]
    let isWhole = target.region.map { $0 == (0, 1) } ?? true
    if isWhole, target.length == whole || target.length == nil && target.scale == 1 { return x }
    let text =
      version < 11 ? "asymmetric" : try self.text("coordinate_transformation_mode", default: "half_pixel")
    guard let coordinates = Resampling.Coordinates(rawValue: text) else { throw refusal("places by \(text)") }
    if let count = repeats(whole, target), isRepetition(count, coordinates, method) {
      var repeats = Array(repeating: Dim(1), count: type(x).rank + 1)
      repeats[target.axis + 1] = Dim(count)
      var dims = type(x).dims
      dims.insert(1, at: target.axis + 1)
      return try merged(repeated(g.reshape(x, dims), repeats), axis: target.axis)
    }
    if whole.fixed == nil || target.length.map({ $0.fixed == nil }) ?? false {
      return try openly(x, target, coordinates, method)
    }
    guard let length = whole.fixed, length > 0 else { throw refusal("resamples \(whole) elements") }
    // As the runtimes do it, in the 32 bits of the scale.
    let scaled = target.scale.map { Double(Float($0) * Float(length)).rounded(.down) }
    guard let count = target.length?.fixed ?? scaled.map({ Int(saturating: $0) }), 0...Limits.length ~= count
    else {
      throw refusal("resamples \(length) elements to \(target.length?.description ?? "too many")")
    }
    let scale = target.scale ?? Double(count) / Double(length)
    var method = method
    if version < 11, case .nearest = method { method = .nearest(Self.rounding(before11: scale)) }
    var plan = Resampling(length: length, count: count, scale: scale)
    if let region = target.region { plan.region = region }
    (plan.coordinates, plan.method) = (coordinates, method)
    plan.excludesOutside = try flag("exclude_outside")
    return try applied(plan, to: x, axis: target.axis)
  }

  /// `x` with an axis resampled whose old or new length is open.
  private func openly(
    _ x: Value, _ target: Target, _ coordinates: Resampling.Coordinates, _ method: Resampling.Method
  ) throws(Diagnostic) -> Value {
    let whole = type(x).dims[target.axis]
    let scaled = target.scale.flatMap { OpenResampling.count(whole, times: $0) }
    guard let count = target.length ?? scaled else {
      throw refusal("resamples \(whole) elements by \(target.scale ?? 1)")
    }
    var method = method
    if version < 11, case .nearest = method, let scale = target.scale {
      method = .nearest(Self.rounding(before11: scale))
    }
    let plan = OpenResampling(
      axis: target.axis, length: whole, count: count, scale: target.scale, coordinates: coordinates,
      method: method)
    guard target.region == nil, try !flag("exclude_outside"), let y = try plan.applied(to: x, in: &g) else {
      throw refusal("resamples \(whole) elements to \(count) in a way that needs them known")
    }
    return y
  }

  /// What version 10 leaves open the runtimes do like this.
  private static func rounding(before11 scale: Double) -> Resampling.Rounding { scale < 1 ? .ceil : .floor }

  /// By which whole number an axis is lengthened; `nil` iff by none.
  private func repeats(_ whole: Dim, _ target: Target) -> Int? {
    if let length = target.length {
      return [length].quotient(by: [whole])?.fixed.flatMap { whole * Dim($0) == length ? $0 : nil }
    }
    return target.scale.flatMap { Int(exactly: $0) }
  }

  /// Whether each element is repeated so many times: a question for a few elements, as further places follow
  /// from them.
  private func isRepetition(_ count: Int, _ coordinates: Resampling.Coordinates, _ method: Resampling.Method)
    -> Bool
  {
    guard case .nearest = method, 2...Limits.repeats ~= count else { return false }
    switch coordinates {
    case .asymmetric, .halfPixel, .pytorchHalfPixel: break
    default: return false
    }
    var plan = Resampling(length: 4, count: 4 * count, scale: Double(count))
    (plan.coordinates, plan.method) = (coordinates, method)
    return (0..<4 * count).allSatisfy { plan.sources($0)?.first?.place == $0 / count }
  }

  /// Axis `axis` and the next as one.
  private func merged(_ x: Value, axis: Int) throws(Diagnostic) -> Value {
    var dims = type(x).dims
    guard let product = dims[axis] * dims.remove(at: axis + 1) else { throw refusal("is too long") }
    dims[axis] = product
    return try g.reshape(x, dims)
  }

  /// A gather where each new element is one old element, otherwise a product with the matrix of the weights.
  private func applied(_ plan: Resampling, to x: Value, axis: Int) throws(Diagnostic) -> Value {
    let (size, overflow) = plan.length.multipliedReportingOverflow(by: plan.count)
    guard !overflow, size <= Limits.matrix, plan.count <= Limits.places else {
      throw refusal("resamples \(plan.length) elements to \(plan.count)")
    }
    let isNearest = if case .nearest = plan.method { true } else { false }
    let sources = (0..<plan.count).map { plan.sources($0) }
    var y: Value
    if isNearest {
      let places = sources.map { Int64($0?.first?.place ?? 0) }
      let type = TensorType(.i64, [Dim(plan.count)])
      y = try g.gather(x, translation.literal(Tensor(integers: places, as: type), name: "places"), axis: axis)
    } else {
      var matrix = Array(repeating: 0.0, count: size)
      for (row, sources) in sources.enumerated() {
        for (place, weight) in sources ?? [] { matrix[row * plan.length + place] += weight }
      }
      let type = TensorType(type(x).element, shape: [plan.count, plan.length])
      y = try transformed(
        x, by: translation.literal(Tensor(reals: matrix, as: type), name: "weights"), axis: axis)
    }
    guard sources.contains(where: { $0 == nil }) else { return y }
    var dims = Array(repeating: Dim(1), count: type(y).rank)
    dims[axis] = Dim(plan.count)
    let mask = try Tensor(reals: sources.map { $0 == nil ? 1 : 0 }, as: TensorType(.bool, dims))
    let fill = try g.constant(decimal("extrapolation_value", default: 0), like: y)
    y = try g.where(translation.literal(mask, name: "outside"), fill, y)
    return y
  }

  /// Every row along `axis` multiplied by `matrix`, `[new, old]`.
  func transformed(_ x: Value, by matrix: Value, axis: Int) throws(Diagnostic) -> Value {
    let rank = type(x).rank
    if axis == rank - 2 { return try g.matmul(matrix, x) }
    if rank == 1 {
      return try g.reshape(g.matmul(matrix, g.reshape(x, type(x).dims + [1])), [type(matrix).dims[0]])
    }
    let turned = try g.transposeMatrix(matrix)
    if axis == rank - 1 { return try g.matmul(x, turned) }
    let order = Array(0..<axis) + Array(axis + 1..<rank) + [axis]
    let back = Array(0..<axis) + [rank - 1] + Array(axis..<rank - 1)
    return try g.transpose(g.matmul(g.transpose(x, order), turned), back)
  }
}

extension Limits {
  /// Elements of a matrix that is made from attributes.
  static let matrix = 1 << 26
  /// Elements of a resampled axis.
  fileprivate static let places = 1 << 20
  /// How often an element is repeated.
  fileprivate static let repeats = 1 << 12
}
