import CKernels
import Testing

/// All tests of the C kernels. They set the instruction set and threads of the process, so they take turns.
@Suite(.serialized) struct CKernelsTests {}

/// Numbers that look random and are the same on every run.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bits() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func float(in range: ClosedRange<Float> = -1...1) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(bits() >> 40) / 0x1p24
  }

  static func floats(_ count: Int, in range: ClosedRange<Float> = -1...1, seed: UInt64 = 1)
    -> [Float]
  {
    var numbers = Numbers(seed: seed)
    return (0..<count).map { _ in numbers.float(in: range) }
  }
}

/// Elements in memory that is aligned for one of them and no better, with guards on both sides.
final class Memory<Element: BitwiseCopyable & Equatable> {
  let pointer: UnsafeMutablePointer<Element>
  private let raw: UnsafeMutableRawPointer
  private let count: Int
  private static var guardBytes: Int { 64 + MemoryLayout<Element>.stride }

  init(_ values: [Element]) {
    count = values.count
    let bytes = count * MemoryLayout<Element>.stride + 2 * Self.guardBytes
    raw = .allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0xa5, count: bytes)
    pointer = (raw + Self.guardBytes).bindMemory(to: Element.self, capacity: count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  convenience init(repeating value: Element, count: Int) {
    self.init(Array(repeating: value, count: count))
  }

  deinit { raw.deallocate() }

  var values: [Element] { (0..<count).map { pointer[$0] } }

  /// False iff something was written outside.
  var guardsHold: Bool {
    let end = Self.guardBytes + count * MemoryLayout<Element>.stride
    return (Array(0..<Self.guardBytes) + Array(end..<end + Self.guardBytes)).allSatisfy {
      raw.load(fromByteOffset: $0, as: UInt8.self) == 0xa5
    }
  }
}

/// The instruction sets of this machine.
let instructionSets = (["baseline", "avx2", "avx512", "avx512_bf16"] as [String])
  .filter { ck_isa_available($0) }

/// Runs a kernel on every instruction set with 1, 2 and 3 threads. Expects the same bytes for every number of
/// threads and values within `tolerance` of `expected`, relative to the largest of them.
func expectEverywhere(
  _ expected: [Double], within tolerance: Double, at location: SourceLocation = #_sourceLocation,
  _ run: () -> Memory<Float>
) {
  for isa in instructionSets {
    var first: [UInt32]?
    for threads: Int32 in [1, 2, 3] {
      #expect(ck_init(threads, isa), sourceLocation: location)
      let memory = run()
      let values = memory.values
      #expect(memory.guardsHold, "\(isa) wrote outside its output", sourceLocation: location)
      #expect(values.count == expected.count, sourceLocation: location)
      let bits = values.map(\.bitPattern)
      let same = bits == first ?? bits
      #expect(same, "\(isa) differs with \(threads) threads", sourceLocation: location)
      guard first == nil else { continue }
      first = bits
      let error = relativeError(values, expected)
      #expect(error <= tolerance, "\(isa)", sourceLocation: location)
    }
  }
  ck_init(0, nil)
}

/// The largest difference over the largest expected magnitude. Where an expected value is not finite the other must
/// be the same, else the error is infinite.
func relativeError(_ values: [Float], _ expected: [Double]) -> Double {
  var difference = 0.0
  var magnitude = 1e-30
  for (value, wanted) in zip(values, expected) {
    guard wanted.isFinite else {
      let same = wanted.isNaN ? value.isNaN : Double(value) == wanted
      if !same { return .infinity }
      continue
    }
    guard value.isFinite else { return .infinity }
    difference = max(difference, abs(Double(value) - wanted))
    magnitude = max(magnitude, abs(wanted))
  }
  return difference / magnitude
}

/// Contiguous strides of a shape.
func strides(_ shape: [Int]) -> [Int] {
  var result = shape
  var step = 1
  for axis in shape.indices.reversed() {
    result[axis] = step
    step *= shape[axis]
  }
  return result
}

/// Every index of a shape, in row-major order.
func indices(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

/// Where an index lies under strides.
func offset(_ index: [Int], _ strides: [Int]) -> Int { zip(index, strides).map(*).reduce(0, +) }
