extension Dim: CustomStringConvertible {
  package var description: String {
    var text = ""
    for term in terms {
      let product = term.atoms.enumerated().map { index, atom in
        index == 0 && term.scale == 1 ? atom.description : atom.factor
      }.joined(separator: "*")
      switch term.scale {
      case 1: text += text.isEmpty ? product : "+\(product)"
      case -1 where !text.isEmpty: text += "-\(product)"
      default: text += (text.isEmpty || term.scale < 0 ? "" : "+") + "\(term.scale)*\(product)"
      }
    }
    if text.isEmpty { return String(offset) }
    return offset == 0 ? text : offset > 0 ? "\(text)+\(offset)" : "\(text)\(offset)"
  }

  /// The dim that `text` prints, or `nil` iff it is none. Reads names, whole numbers, `+ - * //` and parentheses
  /// as Python does; `//` divides by a number.
  package init?(parsing text: some StringProtocol) {
    if let length = Int(text) {
      self.init(length)
      return
    }
    var scanner = DimScanner(rest: Array(text.utf8)[...])
    guard let dim = scanner.sum(depth: 0), scanner.rest.isEmpty else { return nil }
    self = dim
  }

  /// Whether `text` can name a length: a letter, then letters, digits and underscores, but no number's name.
  package static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter else { return false }
    guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else { return false }
    return Double(String(text)) == nil
  }
}

extension Dim.Atom: CustomStringConvertible {
  package var description: String {
    switch self {
    case .name(let name): name
    case .quotient(let dim, let divisor):
      dim.isAtom ? "\(dim)//\(divisor)" : "(\(dim))//\(divisor)"
    }
  }

  /// As it stands behind another factor.
  fileprivate var factor: String {
    if case .name(let name) = self { name } else { "(\(description))" }
  }
}

extension Dim {
  fileprivate var isAtom: Bool {
    offset == 0 && terms.count == 1 && terms[0].scale == 1 && terms[0].atoms.count == 1
  }
}

/// Reads the text of a dim.
private struct DimScanner {
  var rest: ArraySlice<UInt8>

  mutating func sum(depth: Int) -> Dim? {
    guard var sum = product(depth: depth) else { return nil }
    while let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      rest.removeFirst()
      guard let next = product(depth: depth),
        let total = sign == UInt8(ascii: "+") ? sum + next : sum - next
      else { return nil }
      sum = total
    }
    return sum
  }

  private mutating func product(depth: Int) -> Dim? {
    guard var product = factor(depth: depth) else { return nil }
    while let sign = rest.first, sign == UInt8(ascii: "*") || sign == UInt8(ascii: "/") {
      rest.removeFirst()
      if sign == UInt8(ascii: "/") {
        guard rest.first == sign else { return nil }
        rest.removeFirst()
      }
      guard let next = factor(depth: depth) else { return nil }
      let result = sign == UInt8(ascii: "*") ? product * next : next.fixed.flatMap(product.dividedDown)
      guard let result else { return nil }
      product = result
    }
    return product
  }

  private mutating func factor(depth: Int) -> Dim? {
    guard depth < 16 else { return nil }
    if rest.first == UInt8(ascii: "(") {
      rest.removeFirst()
      guard let inner = sum(depth: depth + 1), rest.first == UInt8(ascii: ")") else { return nil }
      rest.removeFirst()
      return inner
    }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    let word = rest.prefix { $0.isWordByte }
    rest = rest.dropFirst(word.count)
    let text = String(decoding: word, as: UTF8.self)
    if let number = Int((isNegative ? "-" : "") + text) { return Dim(number) }
    return Dim.isName(text) && !isNegative ? .named(text) : nil
  }
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
  }
}
