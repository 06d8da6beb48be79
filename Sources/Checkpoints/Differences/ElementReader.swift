import Tensors

/// Hands out the elements of a tensor in pieces: in its own order, or in that of its transpose.
struct ElementReader: Sendable {
  let tensor: Tensor
  let element: DType
  /// For each axis of the transpose its length, and the step in the tensor; empty for the tensor's own order.
  private let axes: [(length: Int, step: Int)]

  /// The elements of `tensor`; with `order`, of its transpose, whose axis `i` is axis `order[i]` of it.
  init(_ tensor: Tensor, order: [Int]? = nil) {
    (self.tensor, element) = (tensor, tensor.type.element)
    guard let order else {
      axes = []
      return
    }
    let shape = tensor.shape
    var steps = shape.map { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
    axes = order.map { (shape[$0], steps[$0]) }
  }

  /// Whether the elements come in the order of their bytes.
  var isStraight: Bool { axes.isEmpty }

  /// Whether `Float` holds every element.
  var fitsFloat: Bool {
    switch element {
    case .f32, .f16, .bf16, .bool, .u8, .i8, .u16, .i16: true
    default: false
    }
  }

  /// The bytes of elements `range`, which must fill whole bytes and come in their own order.
  func bytes(_ range: Range<Int>) -> Range<Int> {
    range.lowerBound * element.bits / 8..<range.upperBound * element.bits / 8
  }

  /// Puts elements `range` into `floats`. Only where `fitsFloat`.
  func read(_ range: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) {
    let places = isStraight ? nil : places(range)
    let start = range.lowerBound
    tensor.withBytes { bytes in
      switch element {
      case .f32: Self.load(bytes, start, places, floats) { (bits: UInt32) in Float(bitPattern: bits) }
      case .f16: Self.load(bytes, start, places, floats) { (bits: UInt16) in Float(half: bits) }
      case .bf16:
        Self.load(bytes, start, places, floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
      case .bool: Self.load(bytes, start, places, floats) { (value: UInt8) in value == 0 ? 0 : 1 }
      case .u8: Self.load(bytes, start, places, floats) { (value: UInt8) in Float(value) }
      case .i8: Self.load(bytes, start, places, floats) { (value: Int8) in Float(value) }
      case .u16: Self.load(bytes, start, places, floats) { (value: UInt16) in Float(value) }
      case .i16: Self.load(bytes, start, places, floats) { (value: Int16) in Float(value) }
      default: preconditionFailure("\(element) does not fit Float")
      }
    }
  }

  /// The elements `range` as `Double`. Throws iff the element type holds no values.
  func reals(_ range: Range<Int>) throws(Diagnostic) -> [Double] {
    var bytes: [UInt8] = []
    tensor.withBytes { all in
      if isStraight {
        bytes = Array(all[self.bytes(range)])
      } else {
        let width = element.bits / 8
        for place in places(range) { bytes += all[place * width..<(place + 1) * width] }
      }
    }
    return try Tensor(TensorType(element, shape: [range.count]), bytes: bytes).reals()
  }

  /// Fills `floats` from `start` on, or from `places` where they are told.
  @inline(__always)
  private static func load<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ places: [Int]?,
    _ floats: UnsafeMutableBufferPointer<Float>, _ convert: (Stored) -> Float
  ) {
    let width = MemoryLayout<Stored>.size
    if let places {
      for (index, place) in places.enumerated() {
        floats[index] = convert(bytes.loadUnaligned(fromByteOffset: place * width, as: Stored.self))
      }
    } else {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start * width..<(start + floats.count) * width])
      for index in floats.indices {
        floats[index] = convert(part.loadUnaligned(fromByteOffset: index &* width, as: Stored.self))
      }
    }
  }

  /// Where the elements `range` of the transpose stand in the tensor.
  private func places(_ range: Range<Int>) -> [Int] {
    var counters = axes.map { _ in 0 }
    var (place, rest) = (0, range.lowerBound)
    for axis in axes.indices.reversed() where axes[axis].length > 0 {
      counters[axis] = rest % axes[axis].length
      rest /= axes[axis].length
      place += counters[axis] * axes[axis].step
    }
    var places: [Int] = []
    places.reserveCapacity(range.count)
    for _ in range {
      places.append(place)
      for axis in axes.indices.reversed() {
        counters[axis] += 1
        place += axes[axis].step
        guard counters[axis] == axes[axis].length else { break }
        place -= axes[axis].step * axes[axis].length
        counters[axis] = 0
      }
    }
    return places
  }
}

extension Float {
  /// The number whose half-precision bits are `half`; exact, and free of branches.
  @inline(__always)
  init(half: UInt16) {
    let magnitude = UInt32(half & 0x7FFF) << 13
    // The exponent's bias grows by 112.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = half & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
    self.init(bitPattern: scaled | special | UInt32(half & 0x8000) << 16)
  }

  /// The nearest half-precision number, ties to even.
  @inline(__always)
  var roundedToHalf: Float {
    let bits = bitPattern & 0x7FFF_FFFF
    let sign = bitPattern & 0x8000_0000
    let normal = (bits &+ 0xFFF &+ (bits >> 13 & 1)) & ~0x1FFF
    // Below the smallest normal half, its unit is that of a float between 0.5 and 1.
    let small = Float(bitPattern: bits) + 0.5 - 0.5
    var result = bits < 0x3880_0000 ? small.bitPattern : normal
    result = bits >= 0x477F_F000 ? 0x7F80_0000 : result
    result = bits > 0x7F80_0000 ? 0x7FC0_0000 : result
    return Float(bitPattern: result | sign)
  }

  /// The nearest bfloat16, ties to even.
  @inline(__always)
  var roundedToBFloat: Float {
    let rounded = (bitPattern &+ 0x7FFF &+ (bitPattern >> 16 & 1)) & 0xFFFF_0000
    return isNaN ? self : Float(bitPattern: rounded)
  }
}
