import Graphs
import Operators
import Tensors

extension Operator {
  /// Sums of products after an equation of labelled axes.
  static let einsum: [Operator] = [
    Operator("Einsum", since: 12) { (call) throws(Diagnostic) in
      let equation = try EinsumEquation(call)
      var factors: [LabelledValue] = []
      for (value, labels) in zip(try call.allInputs(), equation.terms) {
        factors.append(try call.diagonal(LabelledValue(value: value, labels: labels)))
      }
      var product = factors.removeFirst()
      while !factors.isEmpty {
        let next = factors.removeFirst()
        let wanted = Set(equation.output + factors.flatMap(\.labels))
        product = try call.contract(product, next, keeping: wanted)
      }
      return try call.arranged(product, as: equation.output)
    }
  ]
}

/// An equation with a label for each axis; those that an ellipsis stands for are digits, the last axis 0.
private struct EinsumEquation {
  var terms: [[Character]] = []
  var output: [Character] = []

  /// Throws iff the equation does not fit the inputs.
  init(_ call: Call) throws(Diagnostic) {
    guard let text = try call.text("equation")?.filter({ $0 != " " }) else {
      throw call.refusal("has no equation")
    }
    let sides = text.split(separator: ">", omittingEmptySubsequences: false)
    let left = sides.count == 2 ? sides[0].dropLast() : sides[0]
    let words = left.split(separator: ",", omittingEmptySubsequences: false)
    guard sides.count <= 2, sides.count == 1 || sides[0].hasSuffix("-"), words.count == call.inputs.count
    else {
      throw call.refusal("has the equation \(text)")
    }
    var most = 0
    for (index, word) in words.enumerated() {
      let rank = try call.type(of: index).rank
      let count = rank - word.filter(\.isLetter).count
      guard let labels = Self.labels(word, ellipsis: count), labels.count == rank else {
        throw call.refusal("names the axes of \(try call.type(of: index)) \(word)")
      }
      terms.append(labels)
      most = Swift.max(most, labels.count(where: \.isNumber))
    }
    if sides.count == 2 {
      guard let labels = Self.labels(sides[1], ellipsis: most), Set(labels).count == labels.count,
        Set(labels).isSubset(of: Set(terms.joined()))
      else { throw call.refusal("has the equation \(text)") }
      output = labels
    } else {
      let all = terms.joined().filter(\.isLetter)
      let once = Set(all).filter { label in all.count(where: { $0 == label }) == 1 }
      output = Self.digits(most) + once.sorted()
    }
  }

  /// The labels of `word`, its ellipsis standing for `count` axes; `nil` iff it holds anything else.
  private static func labels(_ word: Substring, ellipsis count: Int) -> [Character]? {
    guard let dots = word.firstRange(of: "...") else { return word.allSatisfy(isLabel) ? Array(word) : nil }
    let (head, tail) = (word[..<dots.lowerBound], word[dots.upperBound...])
    guard head.allSatisfy(isLabel), tail.allSatisfy(isLabel), 0...9 ~= count else { return nil }
    return head + digits(count) + tail
  }

  private static func isLabel(_ character: Character) -> Bool { character.isASCII && character.isLetter }
  private static func digits(_ count: Int) -> [Character] { Array("9876543210".suffix(count)) }
}

/// A tensor whose axes have names.
private struct LabelledValue {
  var value: Value
  var labels: [Character]
}

extension Call {
  /// `x` with each label on one axis only: of several axes with one label the diagonal is taken.
  fileprivate func diagonal(_ x: LabelledValue) throws(Diagnostic) -> LabelledValue {
    var x = x
    while let first = x.labels.indices.first(where: { x.labels[($0 + 1)...].contains(x.labels[$0]) }) {
      guard let second = x.labels.lastIndex(of: x.labels[first]) else { break }
      let rest = x.labels.indices.filter { $0 != first && $0 != second }
      let turned = try g.transpose(x.value, rest + [first, second])
      let dims = type(turned).dims
      guard let length = dims.last, dims[rest.count] == length, let count = length.fixed,
        count < Limits.diagonal
      else { throw refusal("takes the diagonal of \(type(x.value))") }
      let flat = try g.reshape(turned, dims.dropLast(2) + [Dim(count * count)])
      let places = try g.multiply(g.iota(length, .i64), by: Double(count + 1))
      x.value = try g.gather(flat, places, axis: rest.count)
      x.labels = rest.map { x.labels[$0] } + [x.labels[first]]
    }
    return x
  }

  /// The product of `a` and `b`, summed over the axes that nobody wants any more.
  fileprivate func contract(_ a: LabelledValue, _ b: LabelledValue, keeping wanted: Set<Character>)
    throws(Diagnostic) -> LabelledValue
  {
    let a = try summed(a, keeping: wanted.union(b.labels))
    let b = try summed(b, keeping: wanted.union(a.labels))
    let shared = a.labels.filter(b.labels.contains)
    let (batch, inner) = (shared.filter(wanted.contains), shared.filter { !wanted.contains($0) })
    let (rows, columns) = (a.labels.filter { !shared.contains($0) }, b.labels.filter { !shared.contains($0) })
    let all = batch + rows + columns
    if !inner.isEmpty, type(a.value).element.isFloat,
      let left = try matrix(a, batch, rows, inner), let right = try matrix(b, batch, inner, columns)
    {
      let product = try g.matmul(left, right)
      let dims =
        Array(type(product).dims.prefix(batch.count)) + rows.map { dim(a, $0) } + columns.map { dim(b, $0) }
      return LabelledValue(value: try g.reshape(product, dims), labels: all)
    }
    let spread = all + inner
    let product = try g.multiply(aligned(a, with: spread), aligned(b, with: spread))
    return try summed(LabelledValue(value: product, labels: spread), keeping: wanted)
  }

  /// `x` summed over the axes that are not wanted.
  private func summed(_ x: LabelledValue, keeping wanted: Set<Character>) throws(Diagnostic) -> LabelledValue
  {
    let axes = x.labels.indices.filter { !wanted.contains(x.labels[$0]) }
    guard !axes.isEmpty else { return x }
    return LabelledValue(
      value: try g.sum(x.value, axes: axes, keep: false), labels: x.labels.filter(wanted.contains))
  }

  /// `x` as `[batch…, rows, columns]`; `nil` iff the rows or columns have no length together.
  private func matrix(_ x: LabelledValue, _ batch: [Character], _ rows: [Character], _ columns: [Character])
    throws(Diagnostic) -> Value?
  {
    guard let height = rows.map({ dim(x, $0) }).product, let width = columns.map({ dim(x, $0) }).product
    else {
      return nil
    }
    return try g.reshape(turned(x, batch + rows + columns), batch.map { dim(x, $0) } + [height, width])
  }

  /// `x` with its axes in the order of `labels`, of length 1 where it has none.
  private func aligned(_ x: LabelledValue, with labels: [Character]) throws(Diagnostic) -> Value {
    let turned = try turned(x, labels.filter(x.labels.contains))
    return try g.reshape(turned, labels.map { x.labels.contains($0) ? dim(x, $0) : 1 })
  }

  /// `x` summed and turned to have the axes of `labels`.
  fileprivate func arranged(_ x: LabelledValue, as labels: [Character]) throws(Diagnostic) -> Value {
    try turned(summed(x, keeping: Set(labels)), labels)
  }

  private func turned(_ x: LabelledValue, _ labels: [Character]) throws(Diagnostic) -> Value {
    let order = labels.compactMap(x.labels.firstIndex)
    return order == Array(x.labels.indices) ? x.value : try g.transpose(x.value, order)
  }

  private func dim(_ x: LabelledValue, _ label: Character) -> Dim {
    x.labels.firstIndex(of: label).map { type(x.value).dims[$0] } ?? 1
  }
}

extension Limits {
  /// How long an axis may be of which a diagonal is taken.
  fileprivate static let diagonal = 1 << 24
}
