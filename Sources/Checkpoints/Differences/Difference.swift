/// How far tensor `a` lies from tensor `b`, element by element.
///
/// Two NaNs at one place are no difference, nor are two equal infinities. A place where only one of the two is
/// finite, or where they are unlike and neither is, counts as a stray; the measures leave it out.
package struct Difference: Hashable, Sendable {
  /// max |a - b|
  package internal(set) var greatest = 0.0
  /// max |b|
  package internal(set) var scale = 0.0
  /// How many elements differ, strays included.
  package internal(set) var count = 0
  package internal(set) var strays = 0
  /// Places where both are NaN.
  package internal(set) var sharedNaNs = 0
  /// How many elements were looked at.
  package internal(set) var total = 0
  /// Elements of which neither is the other rounded to its type; counted for unlike types only.
  var unrounded = 0
  /// Σ a·b, Σ a², Σ b²
  var products = (ab: 0.0, aa: 0.0, bb: 0.0)

  package init() {}

  /// max |a - b| / max |b|; 0 iff nothing differs.
  package var relative: Double { greatest == 0 ? 0 : greatest / scale }

  /// The cosine of the angle between the two as vectors; 1 for two zeros, 0 for one.
  package var cosine: Double {
    let (ab, aa, bb) = products
    guard aa > 0, bb > 0 else { return aa == bb ? 1 : 0 }
    return min(1, max(-1, ab / (aa.squareRoot() * bb.squareRoot())))
  }

  /// Takes in one element of each.
  mutating func add(_ a: Double, _ b: Double) {
    total += 1
    guard a.isFinite, b.isFinite else {
      if a.isNaN, b.isNaN {
        sharedNaNs += 1
      } else if a != b {
        count += 1
        strays += 1
      }
      return
    }
    let distance = abs(a - b)
    greatest = max(greatest, distance)
    scale = max(scale, abs(b))
    count += a == b ? 0 : 1
    products.ab += a * b
    products.aa += a * a
    products.bb += b * b
  }

  /// The measures of two parts of a tensor together.
  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.greatest = max(a.greatest, b.greatest)
    sum.scale = max(a.scale, b.scale)
    sum.count += b.count
    sum.strays += b.strays
    sum.sharedNaNs += b.sharedNaNs
    sum.total += b.total
    sum.unrounded += b.unrounded
    sum.products.ab += b.products.ab
    sum.products.aa += b.products.aa
    sum.products.bb += b.products.bb
    return sum
  }

  package static func == (a: Self, b: Self) -> Bool {
    (a.greatest, a.scale, a.count, a.strays, a.sharedNaNs, a.total)
      == (b.greatest, b.scale, b.count, b.strays, b.sharedNaNs, b.total) && a.products == b.products
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(greatest)
    hasher.combine(scale)
    hasher.combine(count)
    hasher.combine(total)
  }
}
