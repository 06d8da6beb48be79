import Glibc

/// A discrete Fourier transform of a power of two of real samples, by radix 2.
package struct FourierTransform: Sendable {
  /// Samples in; a power of two.
  package let count: Int
  private let cosines: [Double]
  private let sines: [Double]
  private let reversed: [Int]

  /// The next power of two at or above `count`.
  package init(atLeast count: Int) {
    let bits = max(1, Int.bitWidth - (max(count, 2) - 1).leadingZeroBitCount)
    let size = 1 << bits
    self.count = size
    let turns = (0..<size / 2).map { -2 * Double.pi * Double($0) / Double(size) }
    (cosines, sines) = (turns.map { cos($0) }, turns.map { sin($0) })
    var reversed = [Int](repeating: 0, count: size)
    for index in 1..<size { reversed[index] = reversed[index >> 1] >> 1 | (index & 1) << (bits - 1) }
    self.reversed = reversed
  }

  /// |X|² of the bins from 0 to half the sampling rate, `count / 2 + 1` of them. `samples` holds `count`.
  package func power(of samples: [Double]) -> [Double] {
    var real = reversed.map { samples[$0] }
    var imaginary = [Double](repeating: 0, count: count)
    real.withUnsafeMutableBufferPointer { re in
      imaginary.withUnsafeMutableBufferPointer { im in
        var half = 1
        while half < count {
          let step = count / (2 * half)
          for start in stride(from: 0, to: count, by: 2 * half) {
            for offset in 0..<half {
              let (c, s) = (cosines[offset * step], sines[offset * step])
              let (a, b) = (start + offset, start + offset + half)
              let (x, y) = (re[b] * c - im[b] * s, re[b] * s + im[b] * c)
              (re[b], im[b]) = (re[a] - x, im[a] - y)
              (re[a], im[a]) = (re[a] + x, im[a] + y)
            }
          }
          half *= 2
        }
      }
    }
    return (0...count / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
  }
}
