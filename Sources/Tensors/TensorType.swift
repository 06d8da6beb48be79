/// An element type and the lengths of the axes; prints `f32[B, 1024, 64]`.
package struct TensorType: Hashable, Sendable {
  package var element: DType
  /// Row-major: the last axis is contiguous.
  package var dims: [Dim]

  package init(_ element: DType, _ dims: [Dim]) { (self.element, self.dims) = (element, dims) }
  package init(_ element: DType, shape: [Int]) {
    (self.element, self.dims) = (element, shape.map(Dim.fixed))
  }

  package static func f32(_ dims: Dim...) -> TensorType { TensorType(.f32, dims) }

  package var rank: Int { dims.count }

  /// The lengths of the axes, or `nil` iff a name is still open.
  package var shape: [Int]? {
    var shape: [Int] = []
    for dim in dims {
      guard let length = dim.fixed else { return nil }
      shape.append(length)
    }
    return shape
  }

  /// How many elements, or `nil` iff a name is open, a length is negative or the product overflows.
  package var count: Int? { shape.flatMap(TensorType.count) }

  /// Bytes of the elements, the last of which may not be filled; `nil` as for `count` or iff the bits overflow.
  package var byteCount: Int? { bitCount.map { $0 / 8 + ($0 % 8 == 0 ? 0 : 1) } }

  /// Whether the bits of the elements can be counted and fill whole bytes.
  package var fillsBytes: Bool { bitCount.map { $0 % 8 == 0 } ?? false }

  private var bitCount: Int? {
    guard let count else { return nil }
    let (bits, overflow) = count.multipliedReportingOverflow(by: element.bits)
    return overflow ? nil : bits
  }

  /// The product of `shape`, or `nil` iff a length is negative or the product of the lengths that are not
  /// zero overflows.
  package static func count(_ shape: [Int]) -> Int? {
    var (count, isEmpty) = (1, false)
    for length in shape {
      guard length >= 0 else { return nil }
      if length == 0 {
        isEmpty = true
      } else {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow else { return nil }
        count = product
      }
    }
    return isEmpty ? 0 : count
  }

  /// This type with every name that `lengths` holds replaced by its length; `nil` iff that overflows.
  package func binding(_ lengths: [String: Int]) -> TensorType? { mapped { $0.binding(lengths) } }

  /// This type with every name that `dims` holds replaced by its dim; `nil` iff that overflows.
  package func replacing(_ dims: [String: Dim]) -> TensorType? { mapped { $0.replacing(dims) } }

  private func mapped(_ dim: (Dim) -> Dim?) -> TensorType? {
    let new = dims.compactMap(dim)
    return new.count == dims.count ? TensorType(element, new) : nil
  }
}

extension TensorType: CustomStringConvertible {
  package var description: String {
    "\(element)[\(dims.map(\.description).joined(separator: ", "))]"
  }

  /// The type that `text` prints, or `nil` iff it is none.
  package init?(parsing text: some StringProtocol) {
    guard let open = text.firstIndex(of: "["), text.last == "]",
      let element = DType(rawValue: String(text[..<open]))
    else { return nil }
    let inner = text[text.index(after: open)..<text.index(before: text.endIndex)]
    var dims: [Dim] = []
    if !inner.isEmpty {
      for part in inner.split(separator: ",", omittingEmptySubsequences: false) {
        guard let dim = Dim(parsing: part.drop { $0 == " " }) else { return nil }
        dims.append(dim)
      }
    }
    self.init(element, dims)
  }
}
