package import Tensors

/// How far one dotted name is from another.
package enum NameDistance {
  /// The name of `candidates` that `name` was most likely meant to be; `nil` iff none is near.
  package static func nearest(to name: Name, in candidates: [Name]) -> Name? {
    let scored = candidates.prefix(4096).map { ($0, edits(name.text, $0.text)) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 * 5 <= name.text.utf8.count * 2 else {
      return nil
    }
    return best.0
  }

  /// The least number of bytes to insert, delete or replace between `a` and `b`.
  static func edits(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(256)), Array(b.utf8.prefix(256)))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
