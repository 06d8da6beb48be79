/// One axis of PyTorch's antialiased bilinear resize of 8-bit pixels, in its 16-bit fixed point.
///
/// The triangle filter is as wide as the ratio when shrinking. Weights of an output pixel sum to one before
/// they are rounded to `precision` fraction bits, the most with which the largest of the axis fits 15 bits.
///
/// Source: PyTorch `aten/src/ATen/native/cpu/UpSampleKernel.cpp`, `compute_index_ranges_int16_weights`.
struct BilinearResize {
  /// What one output pixel is made of: `weights[i]` of input pixel `first + i`.
  struct Taps {
    var first: Int
    var weights: [Int32]
  }

  let precision: Int
  /// Of the output pixels in the range asked for.
  let taps: [Taps]

  /// The taps of output pixels `range` of `output`, made from `input` pixels; both sides are positive.
  init(from input: Int, to output: Int, range: Range<Int>) {
    let scale = Double(input) / Double(output)
    let support = max(scale, 1)
    let most = Int(support.rounded(.up)) * 2 + 1
    var largest = 0.0
    var real: [(first: Int, weights: [Double])] = []
    real.reserveCapacity(range.count)
    for index in 0..<output {
      let center = scale * (Double(index) + 0.5)
      let first = max(Int(center - support + 0.5), 0)
      let count = min(max(min(Int(center + support + 0.5), input) - first, 0), most)
      var weights = (0..<count).map { tap -> Double in
        let distance = abs((Double(tap + first) - center + 0.5) * (1 / support))
        return distance < 1 ? 1 - distance : 0
      }
      let total = weights.reduce(0, +)
      if total != 0 { for tap in weights.indices { weights[tap] /= total } }
      largest = weights.reduce(largest, max)
      if range.contains(index) { real.append((first, weights)) }
    }
    var precision = 0
    while precision < 22, Int(0.5 + largest * Double(1 << (precision + 1))) < 1 << 15 { precision += 1 }
    self.precision = precision
    let one = Double(1 << precision)
    taps = real.map { Taps(first: $0.first, weights: $0.weights.map { Int32(0.5 + $0 * one) }) }
  }

  /// Input pixels that the taps read.
  var reach: Range<Int> {
    let first = taps.first?.first ?? 0
    return first..<(taps.map { $0.first + $0.weights.count }.max() ?? first)
  }
}
