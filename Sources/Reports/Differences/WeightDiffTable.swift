package import Tensors

/// How the tensors of two sources correspond, tensor by tensor.
package struct WeightDiffTable: Sendable {
  /// A tensor, or some rows of it: `to_qkv.weight[0:64]`.
  package struct Part: Hashable, Sendable {
    package let name: Name
    package let rows: Range<Int>?
    package let type: TensorType

    package init(_ name: Name, rows: Range<Int>? = nil, _ type: TensorType) {
      (self.name, self.rows, self.type) = (name, rows, type)
    }
  }

  package enum Verdict: String, Sendable {
    case identical, equal, rounded, changed, reshaped
    case agreed = "same to round-off"
    case onlyInA = "only in A"
    case onlyInB = "only in B"
  }

  package enum Remark: String, Sendable {
    case renamed, transposed, retyped, copy
    case newShape = "new shape"
  }

  /// How far the two lie apart.
  package struct Measures: Hashable, Sendable {
    package var greatest, relative, cosine: Double
    package var count, total, strays, sharedNaNs: Int

    package init(
      greatest: Double, relative: Double, cosine: Double, count: Int, total: Int, strays: Int, sharedNaNs: Int
    ) {
      (self.greatest, self.relative, self.cosine) = (greatest, relative, cosine)
      (self.count, self.total, self.strays, self.sharedNaNs) = (count, total, strays, sharedNaNs)
    }
  }

  package struct Row: Hashable, Sendable {
    package let a: Part?
    package let b: Part?
    package let verdict: Verdict
    package let remarks: [Remark]
    /// How B orders the axes of A; empty for their own order.
    package let order: [Int]
    package let measures: Measures?

    package init(
      _ a: Part?, _ b: Part?, _ verdict: Verdict, _ remarks: [Remark] = [], order: [Int] = [],
      _ measures: Measures? = nil
    ) {
      (self.a, self.b, self.verdict, self.remarks) = (a, b, verdict, remarks)
      (self.order, self.measures) = (order, measures)
    }

    var isSame: Bool { verdict == .identical || verdict == .equal || verdict == .agreed }

    /// Whether there is more to say than that it is identical.
    var isRemarkable: Bool { verdict != .identical || !remarks.isEmpty }

    /// `identical`, `renamed, transposed`, `changed, retyped`, `only in A`.
    var words: String {
      let told = isSame && !remarks.isEmpty ? [] : [verdict.rawValue]
      return (told + remarks.map(\.rawValue)).joined(separator: ", ")
    }
  }

  package var rows: [Row] = []
  /// Whether the text has a line for tensors that are identical and called the same, too.
  package var listsIdentical = false
  /// Whether it has one for tensors that are the same under other names, in other orders or types.
  package var listsSame = true

  package init() {}

  /// How many rows there are of each kind, the most telling first.
  var counts: [(words: String, count: Int)] {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for row in rows {
      if counts[row.words] == nil { order.append(row.words) }
      counts[row.words, default: 0] += 1
    }
    return order.map { ($0, counts[$0] ?? 0) }
  }

  /// The rows that are shown to people.
  var shownRows: [Row] { rows.filter { listsIdentical || ($0.isSame ? listsSame && $0.isRemarkable : true) } }

  package var isSame: Bool { rows.allSatisfy(\.isSame) }
}
