extension JSON.Cursor {
  /// The integer at `keys`. Throws iff it is missing, no integer or outside `range`.
  package func integer(_ keys: Name..., in range: ClosedRange<Int> = .min ... .max) throws(Diagnostic) -> Int
  {
    try get(keys, range.expected).asInteger(range)
  }
  package func integer(_ keys: Name..., in range: ClosedRange<Int> = .min ... .max, default fallback: Int)
    throws(Diagnostic) -> Int
  {
    try find(keys)?.asInteger(range) ?? fallback
  }
  package func integerIfPresent(_ keys: Name..., in range: ClosedRange<Int> = .min ... .max)
    throws(Diagnostic) -> Int?
  {
    try find(keys)?.asInteger(range)
  }

  /// The number at `keys`, an integer or not. Throws iff it is missing or no number.
  package func real(_ keys: Name...) throws(Diagnostic) -> Double { try get(keys, "a number").asReal() }
  package func real(_ keys: Name..., default fallback: Double) throws(Diagnostic) -> Double {
    try find(keys)?.asReal() ?? fallback
  }
  package func realIfPresent(_ keys: Name...) throws(Diagnostic) -> Double? { try find(keys)?.asReal() }

  /// The string at `keys`. Throws iff it is missing or no string.
  package func string(_ keys: Name...) throws(Diagnostic) -> String { try get(keys, "a string").asString() }
  package func string(_ keys: Name..., default fallback: String) throws(Diagnostic) -> String {
    try find(keys)?.asString() ?? fallback
  }
  package func stringIfPresent(_ keys: Name...) throws(Diagnostic) -> String? {
    try find(keys)?.asString()
  }

  /// The boolean at `keys`. Throws iff it is missing or no boolean.
  package func bool(_ keys: Name...) throws(Diagnostic) -> Bool { try get(keys, "true or false").asBool() }
  package func bool(_ keys: Name..., default fallback: Bool) throws(Diagnostic) -> Bool {
    try find(keys)?.asBool() ?? fallback
  }
  package func boolIfPresent(_ keys: Name...) throws(Diagnostic) -> Bool? { try find(keys)?.asBool() }

  /// The object at `keys`, to be asked for its members. Throws iff it is missing or no object.
  package func object(_ keys: Name...) throws(Diagnostic) -> JSON.Cursor {
    try get(keys, "an object").asObject()
  }
  package func objectIfPresent(_ keys: Name...) throws(Diagnostic) -> JSON.Cursor? {
    try find(keys)?.asObject()
  }
  /// The keys of this object in their order; none iff it is no object.
  package var keys: [Name] {
    guard case .object(let members) = value else { return [] }
    return members.keys
  }

  /// The elements of the array at `keys`. Throws iff it is missing or no array.
  package func array(_ keys: Name...) throws(Diagnostic) -> [JSON.Cursor] {
    try get(keys, "an array").asArray()
  }
  /// The integers of the array at `keys`. Throws iff it is missing, no array, or an element is no integer in
  /// `range`.
  package func integers(_ keys: Name..., in range: ClosedRange<Int> = .min ... .max) throws(Diagnostic)
    -> [Int]
  {
    var integers: [Int] = []
    for element in try get(keys, "an array of integers").asArray() {
      integers.append(try element.asInteger(range))
    }
    return integers
  }
  /// The numbers of the array at `keys`. Throws iff it is missing, no array, or an element is no number.
  package func reals(_ keys: Name...) throws(Diagnostic) -> [Double] {
    var reals: [Double] = []
    for element in try get(keys, "an array of numbers").asArray() { reals.append(try element.asReal()) }
    return reals
  }
  /// The strings of the array at `keys`. Throws iff it is missing, no array, or an element is no string.
  package func strings(_ keys: Name...) throws(Diagnostic) -> [String] {
    var strings: [String] = []
    for element in try get(keys, "an array of strings").asArray() { strings.append(try element.asString()) }
    return strings
  }

  /// The one of `choices` at `keys`, by its raw value. Throws iff it is missing or none of them.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ keys: Name..., of choices: Choice.Type = Choice.self
  ) throws(Diagnostic) -> Choice {
    try get(keys, "one of " + Choice.listed).asChoice()
  }
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ keys: Name..., default fallback: Choice
  ) throws(Diagnostic) -> Choice {
    try find(keys)?.asChoice() ?? fallback
  }
}

extension JSON.Cursor {
  private func asInteger(_ range: ClosedRange<Int>) throws(Diagnostic) -> Int {
    guard case .integer(let integer) = value, let integer = Int(exactly: integer), range.contains(integer)
    else { throw wrong(range.expected) }
    return integer
  }
  private func asReal() throws(Diagnostic) -> Double {
    switch value {
    case .real(let real): return real
    case .integer(let integer): return Double(integer)
    default: throw wrong("a number")
    }
  }
  private func asString() throws(Diagnostic) -> String {
    guard case .string(let string) = value else { throw wrong("a string") }
    return string
  }
  private func asBool() throws(Diagnostic) -> Bool {
    guard case .bool(let bool) = value else { throw wrong("true or false") }
    return bool
  }
  private func asObject() throws(Diagnostic) -> JSON.Cursor {
    guard case .object = value else { throw wrong("an object") }
    return self
  }
  private func asArray() throws(Diagnostic) -> [JSON.Cursor] {
    guard case .array(let values) = value else { throw wrong("an array") }
    return values.enumerated().map { JSON.Cursor($1, file: file, path: "\(path)[\($0)]") }
  }
  private func asChoice<Choice: RawRepresentable<String> & CaseIterable>() throws(Diagnostic) -> Choice {
    guard case .string(let string) = value, let choice = Choice(rawValue: string) else {
      throw wrong("one of " + Choice.listed)
    }
    return choice
  }
}

extension RawRepresentable<String> where Self: CaseIterable {
  fileprivate static var listed: String { allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") }
}

extension ClosedRange<Int> {
  fileprivate var expected: String {
    switch (lowerBound, upperBound) {
    case (.min, .max): "an integer"
    case (let least, .max): "an integer of at least \(least)"
    case (.min, let most): "an integer of at most \(most)"
    case (let least, let most): "an integer from \(least) to \(most)"
    }
  }
}
