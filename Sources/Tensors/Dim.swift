/// The length of one axis: a number, or a multiple of one named length plus a number.
///
/// Prints `64`, `L`, `L+1`, `2048*L`, `2*T-1`. Two names never meet in one dim: a graph that would need
/// their sum or product binds one of them first.
package struct Dim: Hashable, Sendable {
  /// The named length, or `nil` iff the dim is a number.
  package let name: String?
  /// How often the named length is taken; 0 iff there is no name.
  package let scale: Int
  package let offset: Int

  private init(name: String?, scale: Int, offset: Int) {
    self.name = scale == 0 ? nil : name
    self.scale = name == nil ? 0 : scale
    self.offset = offset
  }

  package init(_ length: Int) { self.init(name: nil, scale: 0, offset: length) }

  package static func fixed(_ length: Int) -> Dim { Dim(length) }
  package static func named(_ name: String) -> Dim { Dim(name: name, scale: 1, offset: 0) }

  /// The length, or `nil` iff a name is still open.
  package var fixed: Int? { name == nil ? offset : nil }

  /// This dim with its name replaced where `lengths` holds it; `nil` iff that overflows.
  package func binding(_ lengths: [String: Int]) -> Dim? {
    guard let name, let length = lengths[name] else { return self }
    let (product, overflow) = scale.multipliedReportingOverflow(by: length)
    let (sum, overflow2) = product.addingReportingOverflow(offset)
    return overflow || overflow2 ? nil : Dim(sum)
  }

  /// This dim with its name replaced where `names` holds it.
  package func renaming(_ names: [String: String]) -> Dim {
    Dim(name: name.map { names[$0] ?? $0 }, scale: scale, offset: offset)
  }

  /// The length that the name must have for this dim to be `length`; `nil` iff there is no such whole number.
  package func solving(for length: Int) -> (name: String, length: Int)? {
    guard let name, scale > 0 else { return nil }
    let (rest, overflow) = length.subtractingReportingOverflow(offset)
    guard !overflow, rest >= 0, rest % scale == 0 else { return nil }
    return (name, rest / scale)
  }

  /// The sum, or `nil` iff it would need two names or overflows.
  package static func + (a: Dim, b: Dim) -> Dim? {
    guard a.name == nil || b.name == nil || a.name == b.name else { return nil }
    let (scale, overflow) = a.scale.addingReportingOverflow(b.scale)
    let (offset, overflow2) = a.offset.addingReportingOverflow(b.offset)
    return overflow || overflow2 ? nil : Dim(name: a.name ?? b.name, scale: scale, offset: offset)
  }

  /// The difference, or `nil` iff it would need two names or overflows.
  package static func - (a: Dim, b: Dim) -> Dim? {
    guard let negative = b * Dim(-1) else { return nil }
    return a + negative
  }

  /// The product, or `nil` iff both are named or it overflows.
  package static func * (a: Dim, b: Dim) -> Dim? {
    guard a.name == nil || b.name == nil else { return nil }
    let (dim, factor) = a.name == nil ? (b, a.offset) : (a, b.offset)
    let (scale, overflow) = dim.scale.multipliedReportingOverflow(by: factor)
    let (offset, overflow2) = dim.offset.multipliedReportingOverflow(by: factor)
    return overflow || overflow2 ? nil : Dim(name: dim.name, scale: scale, offset: offset)
  }

  /// The quotient rounded down, or `nil` iff it cannot be said for every length of the name.
  package func dividedDown(by divisor: Int) -> Dim? {
    guard divisor > 0, scale % divisor == 0 else { return nil }
    let remainder = offset % divisor
    let down = offset / divisor - (remainder < 0 ? 1 : 0)
    return Dim(name: name, scale: scale / divisor, offset: down)
  }
}

extension Dim: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(integerLiteral value: Int) { self.init(value) }
  /// `"L"` is a named dim. For the printed form of any dim use `init(parsing:)`.
  package init(stringLiteral value: String) { self = .named(value) }
}

extension Dim: CustomStringConvertible {
  package var description: String {
    guard let name else { return String(offset) }
    let head = scale == 1 ? name : "\(scale)*\(name)"
    return offset == 0 ? head : offset > 0 ? "\(head)+\(offset)" : "\(head)\(offset)"
  }

  /// The dim that `text` prints, or `nil` iff it is none.
  package init?(parsing text: some StringProtocol) {
    if let length = Int(text) {
      self.init(length)
      return
    }
    var rest = text[...]
    var scale = 1
    if let star = rest.firstIndex(of: "*") {
      guard let number = Int(rest[..<star]), number != 0 else { return nil }
      (scale, rest) = (number, rest[rest.index(after: star)...])
    }
    let end = rest.firstIndex { $0 == "+" || $0 == "-" } ?? rest.endIndex
    guard end == rest.endIndex || Int(rest[end...]) != nil else { return nil }
    guard Dim.isName(rest[..<end]) else { return nil }
    self.init(name: String(rest[..<end]), scale: scale, offset: Int(rest[end...]) ?? 0)
  }

  /// Whether `text` can name a length: a letter, then letters, digits and underscores, but no number's name.
  package static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter else { return false }
    guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else { return false }
    return Double(String(text)) == nil
  }
}
