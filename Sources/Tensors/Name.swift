/// A name compared by its UTF-8 bytes.
///
/// Swift's `String` equality is canonical equivalence, under which "é" as one scalar and "é" as two are the
/// same. Names of tensors, nodes and parameters come from files and must not collapse.
package struct Name: Hashable, Comparable, Sendable, ExpressibleByStringInterpolation,
  CustomStringConvertible
{
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral value: String) { text = value }

  /// The name that `bytes` spell, or `nil` iff they are not valid UTF-8.
  package init?(utf8 bytes: some Sequence<UInt8>) {
    guard let text = String(validating: Array(bytes), as: UTF8.self) else { return nil }
    self.text = text
  }

  package var description: String { text }

  /// What stands between the dots: one part or more, each of which may be empty.
  package var parts: [Substring] { text.split(separator: ".", omittingEmptySubsequences: false) }

  package static func == (a: Name, b: Name) -> Bool {
    guard a.text.utf8.count == b.text.utf8.count else { return false }
    var (a, b) = (a.text, b.text)
    return a.withUTF8 { a in b.withUTF8 { b in a.elementsEqual(b) } }
  }
  package static func < (a: Name, b: Name) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }

  /// `prefix` put before this name with a dot between; either may be empty.
  package func prefixed(by prefix: Name) -> Name {
    switch (prefix.text.isEmpty, text.isEmpty) {
    case (true, _): self
    case (_, true): prefix
    default: Name(prefix.text + "." + text)
    }
  }
}
