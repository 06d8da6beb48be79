package import Tensors

/// A result that is nothing but bytes of an operand.
package struct View: Hashable, Sendable {
  /// Which operand.
  package let input: Int
  /// Bytes from the operand's start to the result's.
  package let offset: Int

  package init(of input: Int = 0, at offset: Int = 0) { (self.input, self.offset) = (input, offset) }

  /// The part of `whole` that starts `start` rows along `axis` and has the lengths of `part`, or `nil` iff
  /// it does not lie in one piece (an axis before `axis` is longer than one) or a length is open.
  package static func rows(of whole: TensorType, from start: Int, along axis: Int, as part: TensorType)
    -> View?
  {
    guard let shape = whole.shape, whole.byteCount != nil, part.byteCount != nil, whole.element.bits % 8 == 0,
      shape.indices.contains(axis), shape[..<axis].allSatisfy({ $0 == 1 }),
      let row = TensorType(whole.element, shape: Array(shape[(axis + 1)...])).byteCount
    else { return nil }
    return View(at: start * row)
  }
}
