/// The length of one axis: a number, or an expression of named lengths.
///
/// Prints `64`, `L`, `L+1`, `2048*L`, `B*N`, `(L+1)//2`, where `//` divides and rounds down. Kept as a sum of
/// products in one canonical form, so that equal expressions are equal values; a quotient whose numbers do not
/// divide is an atom of its own.
package struct Dim: Hashable, Sendable {
  /// The products that hold a name, in order of their atoms; none has the scale 0.
  package let terms: [Term]
  /// The number that stands alone.
  package let offset: Int

  /// A product of atoms, taken `scale` times.
  package struct Term: Hashable, Sendable {
    package let atoms: [Atom]
    package let scale: Int
  }

  /// What a product is made of.
  package indirect enum Atom: Hashable, Sendable {
    /// A named length, 0 or more.
    case name(String)
    /// The quotient by a number of 2 or more, rounded down.
    case quotient(Dim, Int)
  }

  /// `nil` iff there are more terms or factors than a length can need, or a scale overflows.
  private init?(adding all: [Term], offset: Int) {
    guard all.count > 1 else {
      self.init(terms: all.filter { $0.scale != 0 }, offset: offset)
      return
    }
    var scales: [[Atom]: Int] = [:]
    for term in all {
      let (sum, overflow) = scales[term.atoms, default: 0].addingReportingOverflow(term.scale)
      guard !overflow else { return nil }
      scales[term.atoms] = sum
    }
    let terms = scales.filter { $0.value != 0 }.map { Term(atoms: $0.key, scale: $0.value) }
    guard terms.count <= 32 else { return nil }
    self.init(terms: terms.sorted { $0.atoms < $1.atoms }, offset: offset)
  }

  private init(terms: [Term], offset: Int) { (self.terms, self.offset) = (terms, offset) }

  package init(_ length: Int) { self.init(terms: [], offset: length) }

  package static func fixed(_ length: Int) -> Dim { Dim(length) }
  package static func named(_ name: String) -> Dim { Dim(.name(name)) }

  private init(_ atom: Atom) { self.init(terms: [Term(atoms: [atom], scale: 1)], offset: 0) }

  /// The length, or `nil` iff a name is still open.
  package var fixed: Int? { terms.isEmpty ? offset : nil }

  /// The names it follows.
  package var names: Set<String> {
    terms.reduce(into: []) { names, term in
      for atom in term.atoms {
        switch atom {
        case .name(let name): names.insert(name)
        case .quotient(let dim, _): names.formUnion(dim.names)
        }
      }
    }
  }

  /// For each name in a quotient the largest number by which it is divided.
  package var divisors: [String: Int] {
    var divisors: [String: Int] = [:]
    for case .quotient(let dim, let divisor) in terms.flatMap(\.atoms) {
      let inner = dim.divisors
      for name in dim.names {
        let (product, overflow) = divisor.multipliedReportingOverflow(by: inner[name] ?? 1)
        if !overflow { divisors[name] = max(divisors[name] ?? 1, product) }
      }
    }
    return divisors
  }

  /// Whether it is a whole number above 0 whatever the named lengths are.
  package var isPositive: Bool { offset > 0 && terms.allSatisfy { $0.scale > 0 && $0.isNonNegative } }

  /// Whether a quotient stands in it that is no whole number for some lengths.
  package var isRounded: Bool {
    terms.contains { $0.atoms.contains { if case .quotient = $0 { true } else { false } } }
  }
}

// MARK: arithmetic

extension Dim {
  /// The sum, or `nil` iff it overflows; so for the others.
  package static func + (a: Dim, b: Dim) -> Dim? {
    let (offset, overflow) = a.offset.addingReportingOverflow(b.offset)
    return overflow ? nil : Dim(adding: a.terms + b.terms, offset: offset)
  }

  package static func - (a: Dim, b: Dim) -> Dim? { (b * Dim(-1)).flatMap { a + $0 } }

  package static func * (a: Dim, b: Dim) -> Dim? {
    let (offset, overflow) = a.offset.multipliedReportingOverflow(by: b.offset)
    guard !overflow else { return nil }
    var terms: [Term] = []
    for term in a.terms + [Term(atoms: [], scale: a.offset)] {
      for other in b.terms + [Term(atoms: [], scale: b.offset)] {
        let (scale, overflow) = term.scale.multipliedReportingOverflow(by: other.scale)
        guard !overflow, term.atoms.count + other.atoms.count <= 16 else { return nil }
        let atoms = (term.atoms + other.atoms).sorted(by: <)
        if scale != 0, !atoms.isEmpty { terms.append(Term(atoms: atoms, scale: scale)) }
      }
    }
    return Dim(adding: terms, offset: offset)
  }

  /// The quotient rounded down; `nil` iff `divisor` is not above 0 or it overflows.
  package func dividedDown(by divisor: Int) -> Dim? {
    guard divisor > 0 else { return nil }
    let (down, rest) = (offset.dividedDown(by: divisor), offset.remainder(by: divisor))
    let whole = terms.filter { $0.scale % divisor == 0 }
    let parts = terms.filter { $0.scale % divisor != 0 }
    let quotients = whole.map { Term(atoms: $0.atoms, scale: $0.scale / divisor) }
    guard !parts.isEmpty else { return Dim(adding: quotients, offset: down) }
    guard let atom = Atom(Dim(terms: parts, offset: rest), by: divisor) else { return nil }
    return Dim(adding: quotients + [Term(atoms: [atom], scale: 1)], offset: down)
  }

  /// The quotient; `nil` iff `divisor` does not divide every number in the dim.
  package func dividedExactly(by divisor: Int) -> Dim? {
    guard divisor > 0, offset % divisor == 0, terms.allSatisfy({ $0.scale % divisor == 0 }) else {
      return nil
    }
    return dividedDown(by: divisor)
  }

  /// The quotient by a dim that is a number or a single product; `nil` iff that does not divide every term.
  package func dividedExactly(by divisor: Dim) -> Dim? {
    if let number = divisor.fixed { return dividedExactly(by: number) }
    guard divisor.terms.count == 1, divisor.offset == 0, offset == 0 else {
      return self == divisor ? Dim(1) : nil
    }
    var quotients: [Term] = []
    var offset = 0
    for term in terms {
      guard let atoms = term.atoms.removing(divisor.terms[0].atoms), divisor.terms[0].scale > 0,
        term.scale % divisor.terms[0].scale == 0
      else { return nil }
      let scale = term.scale / divisor.terms[0].scale
      if atoms.isEmpty { offset = scale } else { quotients.append(Term(atoms: atoms, scale: scale)) }
    }
    return Dim(adding: quotients, offset: offset)
  }
}

extension [Dim] {
  /// The product, 1 of none; `nil` iff it overflows.
  package var product: Dim? {
    reduce(Dim(1) as Dim?) { product, dim in product.flatMap { $0 * dim } }
  }
}

// MARK: named lengths

extension Dim {
  /// This dim with its names replaced where `lengths` holds them; `nil` iff that overflows.
  package func binding(_ lengths: [String: Int]) -> Dim? {
    terms.isEmpty ? self : replacing { name in lengths[name].map(Dim.fixed) }
  }

  /// This dim with its names replaced where `dims` holds them; `nil` iff that overflows.
  package func replacing(_ dims: [String: Dim]) -> Dim? { replacing { name in dims[name] } }

  fileprivate func replacing(_ dim: (String) -> Dim?) -> Dim? {
    var sum: Dim? = Dim(offset)
    for term in terms {
      var product: Dim? = Dim(term.scale)
      for atom in term.atoms { product = product.flatMap { a in atom.replacing(dim).flatMap { a * $0 } } }
      sum = sum.flatMap { a in product.flatMap { a + $0 } }
    }
    return sum
  }

  /// The length that the one name must have for this dim to be `length`; `nil` iff it is no multiple of one
  /// name plus a number, or there is no such whole number.
  package func solving(for length: Int) -> (name: String, length: Int)? {
    guard let (name, scale) = linear else { return nil }
    let (rest, overflow) = length.subtractingReportingOverflow(offset)
    guard !overflow, rest >= 0, rest % scale == 0 else { return nil }
    return (name, rest / scale)
  }

  /// The name that a length of this dim tells: the dim is `scale` times the name, above 0, plus the offset.
  package var linear: (name: String, scale: Int)? {
    guard terms.count == 1, let term = terms.first, term.scale > 0, term.atoms.count == 1,
      case .name(let name) = term.atoms[0]
    else { return nil }
    return (name, term.scale)
  }
}

extension Dim.Term {
  fileprivate var isNonNegative: Bool { atoms.allSatisfy(\.isNonNegative) }
}

extension Dim.Atom {
  /// The quotient of `dim` by `divisor`; one of a quotient is one by the product. `nil` iff that overflows.
  fileprivate init?(_ dim: Dim, by divisor: Int) {
    guard dim.terms.count == 1, dim.terms[0].scale == 1, dim.terms[0].atoms.count == 1,
      case .quotient(let inner, let first) = dim.terms[0].atoms[0]
    else {
      self = .quotient(dim, divisor)
      return
    }
    let (product, overflow) = first.multipliedReportingOverflow(by: divisor)
    guard !overflow, let shift = Dim(dim.offset) * Dim(first), let whole = inner + shift else { return nil }
    self = .quotient(whole, product)
  }

  fileprivate func replacing(_ dim: (String) -> Dim?) -> Dim? {
    switch self {
    case .name(let name): dim(name) ?? .named(name)
    case .quotient(let inner, let divisor): inner.replacing(dim)?.dividedDown(by: divisor)
    }
  }

  fileprivate var isNonNegative: Bool {
    switch self {
    case .name: true
    case .quotient(let dim, _): dim.offset >= 0 && dim.terms.allSatisfy { $0.scale > 0 && $0.isNonNegative }
    }
  }

  /// Names first, then by what they print.
  fileprivate static func < (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.name(let a), .name(let b)): a < b
    case (.name, .quotient): true
    case (.quotient, .name): false
    case (.quotient, .quotient): a.description < b.description
    }
  }
}

extension [Dim.Atom] {
  fileprivate static func < (a: Self, b: Self) -> Bool { a.lexicographicallyPrecedes(b, by: <) }

  /// These without `others`, of which each must be here.
  fileprivate func removing(_ others: Self) -> Self? {
    var rest = self
    for atom in others {
      guard let index = rest.firstIndex(of: atom) else { return nil }
      rest.remove(at: index)
    }
    return rest
  }
}

extension Int {
  /// Rounded towards -∞; `divisor` is above 0.
  fileprivate func dividedDown(by divisor: Int) -> Int { self / divisor - (self % divisor < 0 ? 1 : 0) }
  /// What `dividedDown` leaves, 0 or more.
  fileprivate func remainder(by divisor: Int) -> Int { self % divisor + (self % divisor < 0 ? divisor : 0) }
}

extension Dim: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(integerLiteral value: Int) { self.init(value) }
  /// `"L"` is a named dim. For the printed form of any dim use `init(parsing:)`.
  package init(stringLiteral value: String) { self = .named(value) }
}
