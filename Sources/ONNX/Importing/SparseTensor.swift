import Tensors

extension SparseTensorProto {
  /// The same tensor with its zeros. Throws iff a place is outside or there are too many elements.
  func dense() throws(Diagnostic) -> Tensor {
    guard case .tensor(let values) = values.contents, case .tensor(let indices) = indices.contents else {
      throw .strings
    }
    let type = TensorType(values.type.element, shape: shape)
    guard let count = type.count, count <= Limits.dense else { throw .tooLarge(type, Limits.dense) }
    let places = try indices.integers()
    let isFlat = indices.type.rank == 1
    guard places.count == (isFlat ? values.count : values.count * shape.count) else {
      throw .miscount(values.type, indices.type)
    }
    var elements = Array(repeating: 0.0, count: count)
    for (number, element) in try values.reals().enumerated() {
      let coordinates =
        isFlat ? [places[number]] : Array(places[number * shape.count..<(number + 1) * shape.count])
      elements[try place(coordinates, isFlat ? [count] : shape)] = element
    }
    return try Tensor(reals: elements, as: type)
  }

  private func place(_ coordinates: [Int64], _ lengths: [Int]) throws(Diagnostic) -> Int {
    var place = 0
    for (coordinate, length) in zip(coordinates, lengths) {
      guard let index = Int(exactly: coordinate), 0..<length ~= index else {
        throw .outside(coordinates, shape)
      }
      place = place * length + index
    }
    return place
  }
}

extension Limits {
  /// Elements of a tensor that the file stores without its zeros.
  fileprivate static let dense = 1 << 26
}

extension Diagnostic {
  fileprivate static var strings: Diagnostic {
    Diagnostic("a sparse tensor holds strings", kind: .unavailable)
  }
  fileprivate static func tooLarge(_ type: TensorType, _ limit: Int) -> Diagnostic {
    Diagnostic("a sparse tensor is \(type), more than the \(limit) elements that are unpacked")
  }
  fileprivate static func miscount(_ values: TensorType, _ indices: TensorType) -> Diagnostic {
    Diagnostic("a sparse tensor has values \(values), but indices \(indices)")
  }
  fileprivate static func outside(_ coordinates: [Int64], _ shape: [Int]) -> Diagnostic {
    Diagnostic("a sparse tensor of shape \(shape) has an element at \(coordinates)")
  }
}
