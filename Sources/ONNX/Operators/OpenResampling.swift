import Graphs
import Operators
import Tensors

/// How an axis is resampled whose old or new length is open: places and weights are computed in the graph, as
/// `Resampling` computes them where both lengths are known.
struct OpenResampling {
  let axis: Int
  /// The old length.
  let length: Dim
  /// The new length.
  let count: Dim
  /// How many new elements an old one makes; `nil` iff it is the ratio of the lengths.
  let scale: Double?
  let coordinates: Resampling.Coordinates
  let method: Resampling.Method

  /// The new length of an axis of `length` that is taken `scale` times and rounded down; `nil` iff no dim says that.
  static func count(_ length: Dim, times scale: Double) -> Dim? {
    for divisor in 1...64 {
      let product = scale * Double(divisor)
      guard let factor = Int(exactly: product), factor <= 1 << 20 else { continue }
      return (length * Dim(factor))?.dividedDown(by: divisor)
    }
    return nil
  }

  /// `x` resampled, or `nil` iff the places or the number of neighbours cannot be computed so.
  func applied(to x: Value, in g: inout Graph) throws(Diagnostic) -> Value? {
    let indices = try g.iota(count, .f32)
    guard let places = try places(of: indices, in: &g) else { return nil }
    switch method {
    case .nearest(let rounding):
      return try g.gather(x, elements(try rounded(places, rounding, in: &g), in: &g), axis: axis)
    case .linear(antialias: false), .cubic(_, antialias: false):
      // The neighbour at the left is always before the place itself.
      let left = try g.add(g.add(Ceil(), [places]), plus: -1)
      return try sum(of: x, left: left, ratio: g.subtract(places, left), in: &g)
    case .linear(antialias: true), .cubic(_, antialias: true): return nil
    }
  }

  /// Where on the old axis each new element stands.
  private func places(of indices: Value, in g: inout Graph) throws(Diagnostic) -> Value? {
    let old = try g.length(of: length, like: indices)
    let new = try g.length(of: count, like: indices)
    let factor: Value
    if let scale { factor = try g.constant(scale, like: indices) } else { factor = try g.divide(new, old) }
    switch coordinates {
    case .asymmetric: return try g.divide(indices, factor)
    case .halfPixel: return try g.add(g.divide(g.add(indices, plus: 0.5), factor), plus: -0.5)
    case .pytorchHalfPixel:
      let places = try g.add(g.divide(g.add(indices, plus: 0.5), factor), plus: -0.5)
      let isSingle = try g.equal(new, g.constant(1, like: new))
      return try g.where(isSingle, g.constant(-0.5, like: places), places)
    case .alignCorners where scale == nil:
      let steps = try g.maximum(g.add(new, plus: -1), g.constant(1, like: new))
      return try g.divide(g.multiply(indices, g.add(old, plus: -1)), steps)
    case .alignCorners, .halfPixelSymmetric, .cropped: return nil
    }
  }

  private func rounded(_ places: Value, _ rounding: Resampling.Rounding, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    switch rounding {
    case .preferFloor: try g.add(Ceil(), [g.add(places, plus: -0.5)])
    case .preferCeil: try g.add(Floor(), [g.add(places, plus: 0.5)])
    case .floor: try g.add(Floor(), [places])
    case .ceil: try g.add(Ceil(), [places])
    }
  }

  /// Whole places as indices; what lies outside is what is at the end.
  private func elements(_ places: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let last = try g.add(g.length(of: length, like: places), plus: -1)
    let inside = try g.maximum(g.minimum(places, last), g.constant(0, like: places))
    return try g.cast(inside, to: .i64)
  }

  /// The neighbours of each place, weighted and added: the first of them is `left`, or stands before it.
  private func sum(of x: Value, left: Value, ratio: Value, in g: inout Graph) throws(Diagnostic) -> Value {
    let weights = try weights(at: ratio, in: &g)
    var dims = Array(repeating: Dim(1), count: g[x].type.rank)
    dims[axis] = count
    var sum: Value?
    for (index, weight) in weights.enumerated() {
      let place = try g.add(left, plus: Double(index - (weights.count / 2 - 1)))
      let neighbour = try g.gather(x, elements(place, in: &g), axis: axis)
      let part = try g.multiply(neighbour, g.cast(g.reshape(weight, dims), to: g[x].type.element))
      if let before = sum { sum = try g.add(before, part) } else { sum = part }
    }
    return sum ?? x
  }

  private func weights(at ratio: Value, in g: inout Graph) throws(Diagnostic) -> [Value] {
    let one = try g.constant(1, like: ratio)
    let rest = try g.subtract(one, ratio)
    guard case .cubic(let a, _) = method else { return [rest, ratio] }
    // ((a + 2)·x - (a + 3))·x² + 1 up to 1, ((a·x - 5a)·x + 8a)·x - 4a up to 2.
    func near(_ x: Value) throws(Diagnostic) -> Value {
      let slope = try g.add(g.multiply(x, by: a + 2), plus: -(a + 3))
      return try g.add(g.multiply(g.multiply(slope, x), x), plus: 1)
    }
    func far(_ x: Value) throws(Diagnostic) -> Value {
      let slope = try g.add(g.multiply(g.add(g.multiply(x, by: a), plus: -5 * a), x), plus: 8 * a)
      return try g.add(g.multiply(slope, x), plus: -4 * a)
    }
    return [
      try far(g.add(ratio, plus: 1)), try near(ratio), try near(rest), try far(g.add(rest, plus: 1)),
    ]
  }
}
