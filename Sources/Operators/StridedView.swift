import Tensors

/// A rectangular reading of a row-major array: element `[i, j, …]` lies at
/// `offset + i·strides[0] + j·strides[1] + …`.
struct StridedView {
  var shape: [Int]
  var strides: [Int]
  var offset = 0

  init(shape: [Int], strides: [Int], offset: Int = 0) {
    (self.shape, self.strides, self.offset) = (shape, strides, offset)
  }

  /// All of an array of `shape`, whose elements can be counted.
  init(of shape: [Int]) {
    self.init(shape: shape, strides: shape)
    var stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = stride
      stride &*= max(shape[axis], 1)
    }
  }

  /// An array of `shape`, aligned at the right and repeated along the axes on which `target` is longer.
  init(of shape: [Int], broadcastTo target: [Int]) {
    let whole = StridedView(of: shape)
    self.init(shape: target, strides: target.map { _ in 0 })
    let missing = target.count - shape.count
    for axis in shape.indices where shape[axis] != 1 { strides[axis + missing] = whole.strides[axis] }
  }

  /// The places of the elements, in row-major order.
  var places: [Int] {
    guard !shape.contains(0) else { return [] }
    var places = [offset]
    for (length, stride) in zip(shape, strides) where length != 1 {
      var next: [Int] = []
      next.reserveCapacity(places.count * length)
      for place in places { for index in 0..<length { next.append(place + index * stride) } }
      places = next
    }
    return places
  }
}

extension Tensor {
  /// A tensor of `type` whose elements are this one's at `places`, whatever the element type; where
  /// a place is negative, stands the first of `other`, of the same type, or 0.
  ///
  /// Throws iff their number is not that of `type`.
  func reading(_ places: [Int], as type: TensorType, elsewhere other: Tensor? = nil) throws(Diagnostic)
    -> Tensor
  {
    let fill = try other?.unpacked() ?? Array(repeating: 0, count: self.type.element.unpackedBytes)
    guard self.type.element.bits >= 8 else {
      let codes = try codes()
      return try Tensor(codes: places.map { $0 < 0 ? fill[0] : codes[$0] }, as: type)
    }
    let width = self.type.element.bits / 8
    let bytes = withBytes { source in
      [UInt8](unsafeUninitializedCapacity: places.count * width) { target, initialized in
        let raw = UnsafeMutableRawBufferPointer(target)
        for (index, place) in places.enumerated() {
          let element = UnsafeMutableRawBufferPointer(rebasing: raw[index * width..<(index + 1) * width])
          if place < 0 {
            element.copyBytes(from: fill[..<width])
          } else {
            element.copyBytes(from: source[place * width..<(place + 1) * width])
          }
        }
        initialized = places.count * width
      }
    }
    return try Tensor(type, bytes: bytes)
  }

  /// The elements one behind the other, each in whole bytes: packed ones are given one a byte.
  func unpacked() throws(Diagnostic) -> [UInt8] {
    type.element.bits < 8 ? try codes() : withBytes { Array($0) }
  }

  /// The tensor whose `unpacked()` are `bytes`.
  init(unpacked bytes: [UInt8], as type: TensorType) throws(Diagnostic) {
    self = type.element.bits < 8 ? try Tensor(codes: bytes, as: type) : try Tensor(type, bytes: bytes)
  }
}

extension DType {
  /// Bytes that `unpacked()` gives an element.
  var unpackedBytes: Int { max(1, bits / 8) }
}
