import Glibc
import Graphs
import Operators
import Tensors

extension Operator {
  /// The weights with which the bins of a spectrum, `[frequencies, bands]`, go into bands that are equally wide in
  /// mel: triangles from one band's middle to the next one's.
  @Sendable static func melWeights(_ call: Call) throws(Diagnostic) -> Value {
    let element = try call.element("output_datatype") ?? .f32
    call.promise(element, rank: 2)
    guard let bands = try call.integers(0).first, let length = try call.integers(1).first,
      let rate = try call.integers(2).first, let lowest = try call.tensor(3).reals().first,
      let highest = try call.tensor(4).reals().first, 1...Limits.length ~= bands, 1...Limits.length ~= length,
      rate > 0
    else { throw call.refusal("has no bands, length or rate") }
    let count = length / 2 + 1
    let (size, overflow) = count.multipliedReportingOverflow(by: bands)
    guard !overflow, size <= Limits.matrix else {
      throw call.refusal("makes \(bands) bands of \(count) bins")
    }
    let mel = { (hertz: Double) in 2595 * log10(1 + hertz / 700) }
    let step = (mel(highest) - mel(lowest)) / Double(bands + 2)
    let edges = (0..<bands + 2).map { band in
      let hertz = 700 * (pow(10, (mel(lowest) + Double(band) * step) / 2595) - 1)
      return Int(saturating: (Double(length + 1) * hertz / Double(rate)).rounded(.down))
    }
    guard edges.allSatisfy({ 0..<count ~= $0 }) else { throw call.refusal("has bands up to bin \(edges)") }
    var weights = Array(repeating: 0.0, count: size)
    for band in 0..<bands {
      let (low, middle, high) = (edges[band], edges[band + 1], edges[band + 2])
      for bin in low..<Swift.max(low, middle) {
        weights[bin * bands + band] = Double(bin - low) / Double(middle - low)
      }
      for bin in middle..<Swift.max(middle, high) {
        weights[bin * bands + band] = Double(high - bin) / Double(high - middle)
      }
      weights[middle * bands + band] = 1
    }
    return try call.translation.literal(
      Tensor(reals: weights, as: TensorType(element, shape: [count, bands])),
      name: call.node.outputs.first ?? "")
  }
}
