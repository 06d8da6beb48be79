import Graphs
import Tensors

/// What becomes of an element and what is scattered to its place.
package enum ScatterReduction: String, Codable, Sendable {
  /// The last that comes stays.
  case none
  case add, multiply, minimum, maximum

  fileprivate var op: (any BroadcastingOp.Type)? {
    switch self {
    case .none: nil
    case .add: Add.self
    case .multiply: Multiply.self
    case .minimum: Minimum.self
    case .maximum: Maximum.self
    }
  }
}

extension Tensor {
  /// This tensor with each element of `updates` put to its place, one after the other.
  func scattering(_ updates: Tensor, to places: [Int], _ reduction: ScatterReduction) throws(Diagnostic)
    -> Tensor
  {
    guard let op = reduction.op else { return try putting(updates, to: places) }
    if let whole = type.element.whole { return try combining(updates, at: places, op, in: whole) }
    var x = try reals()
    let y = try updates.reals()
    for (index, place) in places.enumerated() { x[place] = op.apply(x[place], y[index]) }
    return try Tensor(reals: x, as: type)
  }

  private func combining<Whole: FixedWidthInteger>(
    _ updates: Tensor, at places: [Int], _ op: any BroadcastingOp.Type, in _: Whole.Type
  ) throws(Diagnostic) -> Tensor {
    var x = try wholes(Whole.self)
    let y = try updates.wholes(Whole.self)
    for (index, place) in places.enumerated() { x[place] = try op.apply(x[place], y[index]) }
    return try Tensor(wholes: x, as: type)
  }

  private func putting(_ updates: Tensor, to places: [Int]) throws(Diagnostic) -> Tensor {
    let width = type.element.unpackedBytes
    var bytes = try unpacked()
    let new = try updates.unpacked()
    for (index, place) in places.enumerated() {
      for byte in 0..<width { bytes[place * width + byte] = new[index * width + byte] }
    }
    return try Tensor(unpacked: bytes, as: type)
  }
}
