import Checkpoints
import Tensors

extension SparseTensorProto {
  /// Throws iff values and indices are not as many, or the indices are not ascending places inside the shape.
  func checkIndices() throws(Diagnostic) {
    let count: Int
    switch values.contents {
    case .tensor(let tensor):
      guard tensor.shape.count == 1 else { throw .valuesRank(tensor.type) }
      count = tensor.count
    case .strings(let strings, let shape):
      guard shape.count == 1 else { throw .valuesRank(TensorType(.u8, shape: shape)) }
      count = strings.count
    case .draft(let draft): throw .valuesRank(draft.type)
    }
    guard case .tensor(let places) = indices.contents, places.type.element == .i64 else { throw .indicesType }
    let isLinear = places.shape == [count]
    guard isLinear || places.shape == [count, shape.count] else { throw .indicesShape(places.type, count) }
    let bounds = isLinear ? [TensorType.count(shape) ?? 0] : shape
    try places.withBytes { bytes throws(Diagnostic) in
      var last: [Int64] = []
      for index in 0..<count {
        var place: [Int64] = []
        for axis in bounds.indices {
          let offset = (index * bounds.count + axis) * 8
          let number = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
          guard number >= 0, number < bounds[axis] else { throw .outside(number, bounds[axis]) }
          place.append(number)
        }
        guard index == 0 || last.lexicographicallyPrecedes(place) else { throw .notAscending(index) }
        last = place
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func valuesRank(_ type: TensorType) -> Diagnostic {
    Diagnostic("the values of a sparse tensor have \(type.rank) axes; expected one")
  }
  fileprivate static var indicesType: Diagnostic {
    Diagnostic("the indices of a sparse tensor are no i64")
  }
  fileprivate static func indicesShape(_ type: TensorType, _ count: Int) -> Diagnostic {
    Diagnostic("the indices of a sparse tensor are \(type), but it has \(count) values")
  }
  fileprivate static func outside(_ number: Int64, _ bound: Int) -> Diagnostic {
    Diagnostic("a sparse tensor has an element at \(number); expected 0 up to \(bound), not included")
  }
  fileprivate static func notAscending(_ index: Int) -> Diagnostic {
    Diagnostic("index \(index) of a sparse tensor does not come after the one before it")
  }
}
