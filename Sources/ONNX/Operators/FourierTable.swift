import Glibc

/// The matrix of a discrete Fourier transform of numbers of one part or two, real and imaginary, the parts of a
/// number one behind the other.
struct FourierTable {
  /// Of the transform.
  let length: Int
  /// How many numbers go in, and how many come out.
  let inputs: Int
  let outputs: Int
  let isInverse: Bool
  /// Whether the numbers that go in are the first half of a spectrum whose other half mirrors it.
  let isFolded: Bool
  /// The parts of each number that goes in or comes out.
  let parts: (in: Int, out: Int)

  /// Rows for what goes in, columns for what comes out.
  var shape: [Int] { [inputs * parts.in, outputs * parts.out] }

  /// The elements, row by row.
  var numbers: [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(shape[0] * shape[1])
    for input in 0..<inputs {
      // Each number but the first and the middle one stands for its mirror image too.
      let weight = isFolded && input > 0 && 2 * input != length ? 2.0 : 1
      let scale = isInverse ? weight / Double(length) : 1
      for part in 0..<parts.in {
        for output in 0..<outputs {
          let angle = 2 * Double.pi * Double(input * output % length) / Double(length)
          let cosine = cos(angle) * scale
          let sine = sin(angle) * (isInverse ? -scale : scale)
          numbers.append(part == 0 ? cosine : sine)
          if parts.out == 2 { numbers.append(part == 0 ? -sine : cosine) }
        }
      }
    }
    return numbers
  }
}
