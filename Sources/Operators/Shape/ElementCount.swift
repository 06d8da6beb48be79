import Tensors

/// The product of dims, in a form in which equal products are equal whatever the lengths of the names: a
/// number times factors `s·name + o` whose s and o have no divisor in common.
struct ElementCount: Equatable {
  private(set) var number = 1
  private var factors: [String] = []

  /// `nil` iff the number overflows.
  init?(_ dims: [Dim]) {
    for dim in dims {
      guard let (content, primitive) = dim.factored else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: content)
      guard !overflow else { return nil }
      number = product
      if let primitive { factors.append(primitive.description) }
    }
    if number == 0 { factors = [] }
    factors.sort()
  }
}

extension Dim {
  /// The dim as a number times a dim of positive scale and no common divisor; a fixed one is the number alone.
  /// `nil` iff a part overflows.
  fileprivate var factored: (Int, Dim?)? {
    guard let name else { return (offset, nil) }
    guard scale > .min, offset > .min else { return nil }
    var (a, b) = (scale.magnitude, offset.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    guard let divisor = Int(exactly: a) else { return nil }
    let content = scale < 0 ? -divisor : divisor
    guard let multiple = .named(name) * Dim(scale / content), let primitive = multiple + Dim(offset / content)
    else { return nil }
    return (content, primitive)
  }
}
