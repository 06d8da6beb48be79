import Tensors

extension JSON.Cursor {
  /// Checks the options that the caller neither reads nor may pass over: each must be one of `neutral` and have
  /// its value there, which is that of leaving it out.
  ///
  /// Upstream's modules have more options than the published models use, and one that is overlooked gives
  /// wrong numbers without a word.
  func expectOnly(_ read: Set<Name>, or neutral: [Name: JSON] = [:]) throws(Diagnostic) {
    guard case .object(let members) = value else { throw wrong("an object") }
    for (key, value) in members.members where value != .null && !read.contains(key) {
      guard let known = neutral[key] else { throw .unknownOption(key, value, self) }
      guard value.isEqual(to: known) else { throw .otherOption(key, value, known, self) }
    }
  }
}

extension JSON {
  /// Whether both say the same; `4` and `4.0` do.
  fileprivate func isEqual(to other: JSON) -> Bool {
    switch (self, other) {
    case (.real(let a), .integer(let b)): a == Double(b)
    case (.object(let object), .object(let other)) where other.isEmpty:
      object.values.allSatisfy { $0 == .null }
    default: self == other
    }
  }
}

extension Diagnostic {
  fileprivate static func unknownOption(_ key: Name, _ value: JSON, _ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "option \(key.quoted) is \(value.summary), but no such option is known here", at: json.site,
      help: "the published models do without it")
  }
  fileprivate static func otherOption(_ key: Name, _ value: JSON, _ known: JSON, _ json: JSON.Cursor)
    -> Diagnostic
  {
    Diagnostic(
      "option \(key.quoted) is \(value.summary), but only \(known.printed()) is known here",
      at: json.site, help: "the published models do without it")
  }
}
