import Glibc
import Tensors

/// How one axis of `length` elements becomes one of `count` elements: for each new element the old ones that it
/// is made of, and their weights.
struct Resampling {
  let length: Int
  let count: Int
  /// How many new elements an old one makes.
  let scale: Double
  /// Where the part that is resampled begins and ends, in parts of the axis; for `.cropped` only.
  var region = (start: 0.0, end: 1.0)
  var coordinates = Coordinates.halfPixel
  var method = Method.nearest(.preferFloor)
  /// Whether what lies outside has no part, instead of being what is at the end.
  var excludesOutside = false

  /// Which place on the old axis a new element stands at.
  enum Coordinates: String {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case cropped = "tf_crop_and_resize"
  }

  enum Method {
    case nearest(Rounding)
    /// Between two neighbours, or so many that the kernel covers what is left out.
    case linear(antialias: Bool)
    case cubic(coefficient: Double, antialias: Bool)
  }

  enum Rounding: String {
    case preferFloor = "round_prefer_floor"
    case preferCeil = "round_prefer_ceil"
    case floor, ceil
  }

  /// The place on the old axis of new element `index`; `nil` iff it is outside and is filled instead.
  ///
  /// In the 32 bits of the scale, so that places between two elements are as exact as the scale was meant.
  private func place(_ index: Int) -> Double? {
    let (i, old, scale) = (Float(index), Float(length), Float(scale))
    let new = Float(self.scale * Double(length))
    switch coordinates {
    case .halfPixel: return Double((i + 0.5) / scale - 0.5)
    case .halfPixelSymmetric:
      return Double(old / 2 * (1 - Float(count) / new) + (i + 0.5) / scale - 0.5)
    case .pytorchHalfPixel: return count == 1 ? -0.5 : Double((i + 0.5) / scale - 0.5)
    case .alignCorners: return new == 1 ? 0 : Double(i * (old - 1) / (new - 1))
    case .asymmetric: return Double(i / scale)
    case .cropped:
      let (start, span) = (Float(region.start), Float(region.end) - Float(region.start))
      let place = new == 1 ? span * (old - 1) / 2 : i * span * (old - 1) / (new - 1)
      let moved = place + start * (old - 1)
      return 0...(old - 1) ~= moved ? Double(moved) : nil
    }
  }

  /// The old elements of new element `index` and their weights; `nil` iff it is filled instead.
  func sources(_ index: Int) -> [(place: Int, weight: Double)]? {
    guard let place = place(index) else { return nil }
    let clamp = { (place: Double) in Swift.min(Swift.max(Int(saturating: place), 0), length - 1) }
    if case .nearest(let rounding) = method {
      switch rounding {
      case .preferFloor: return [(clamp((place - 0.5).rounded(.up)), 1)]
      case .preferCeil: return [(clamp((place + 0.5).rounded(.down)), 1)]
      case .floor: return [(clamp(place.rounded(.down)), 1)]
      case .ceil: return [(clamp(place.rounded(.up)), 1)]
      }
    }
    // The neighbour at the left is always before the place itself.
    let left = place.rounded(.up) - 1
    var weights = weights(at: place - left)
    let first = left - Double(weights.count / 2 - 1)
    let places = weights.indices.map { first + Double($0) }
    if excludesOutside {
      for index in weights.indices where places[index] < 0 || places[index] >= Double(length) {
        weights[index] = 0
      }
      let sum = weights.reduce(0, +)
      if sum != 0 { weights = weights.map { $0 / sum } }
    }
    return zip(places, weights).map { (clamp($0), $1) }
  }

  /// The weights of the neighbours of a place that is `ratio` behind the left one.
  private func weights(at ratio: Double) -> [Double] {
    switch method {
    case .nearest: return [1]
    case .linear(antialias: false): return [1 - ratio, ratio]
    case .cubic(let a, antialias: false):
      return [ratio + 1, ratio, 1 - ratio, 2 - ratio].map { cubic($0, a) }
    case .linear(antialias: true): return spread(at: ratio, reach: 1) { Swift.max(0, 1 - abs($0)) }
    case .cubic(let a, antialias: true): return spread(at: ratio, reach: 2) { cubic(abs($0), a) }
    }
  }

  /// The kernel, `reach` wide at either side, widened by as much as the axis shrinks.
  private func spread(at ratio: Double, reach: Double, _ kernel: (Double) -> Double) -> [Double] {
    let scale = Swift.min(scale, 1)
    let start = Int(saturating: (-reach / scale).rounded(.down)) + 1
    let weights = (start..<2 - start).map { kernel((Double($0) - ratio) * scale) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private func cubic(_ x: Double, _ a: Double) -> Double {
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
