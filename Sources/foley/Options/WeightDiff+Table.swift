import Checkpoints
import Kernels
import Reports
import Tensors

extension WeightDiffTable {
  /// How all tensors of `a` and `b` correspond.
  init(_ a: Checkpoint, _ b: Checkpoint, _ progress: DiffProgress) throws(Diagnostic) {
    let diff = try WeightDiff(a, b, spread: .machine) { (done, total) throws(Diagnostic) in
      try progress("comparing weights, MiB", done >> 20, total >> 20)
    }
    self.init(diff)
  }

  /// What `diff` found.
  init(_ diff: WeightDiff) {
    self.init()
    rows = diff.rows.map(Row.init)
  }
}

extension WeightDiffTable.Row {
  fileprivate init(_ row: WeightDiff.Row) {
    let remarks: [(isTrue: Bool, remark: WeightDiffTable.Remark)] = [
      (row.isCopy, .copy), (row.isRenamed && !row.isCopy, .renamed), (row.isTransposed, .transposed),
      (row.isReshaped, .newShape), (row.isRetyped, .retyped),
    ]
    self.init(
      row.a.map(WeightDiffTable.Part.init), row.b.map(WeightDiffTable.Part.init), Self.verdict(row.verdict),
      remarks.filter(\.isTrue).map(\.remark), order: row.order, Self.measures(row.verdict))
  }

  private static func verdict(_ verdict: WeightDiff.Verdict) -> WeightDiffTable.Verdict {
    switch verdict {
    case .identical: .identical
    case .equal: .equal
    case .agreed: .agreed
    case .rounded: .rounded
    case .changed: .changed
    case .reshaped: .reshaped
    case .onlyInA: .onlyInA
    case .onlyInB: .onlyInB
    }
  }

  private static func measures(_ verdict: WeightDiff.Verdict) -> WeightDiffTable.Measures? {
    switch verdict {
    case .agreed(let difference), .rounded(let difference), .changed(let difference?):
      WeightDiffTable.Measures(
        greatest: difference.greatest, relative: difference.relative, cosine: difference.cosine,
        count: difference.count, total: difference.total, strays: difference.strays,
        sharedNaNs: difference.sharedNaNs)
    default: nil
    }
  }
}

extension WeightDiffTable.Part {
  fileprivate init(_ part: WeightDiff.Part) { self.init(part.name, rows: part.rows, part.type) }
}

extension Spread {
  /// On the threads of the kernels.
  static let machine = Spread { Machine.forEach($0, $1) }
}

extension GraphSource {
  /// The weights of the source as one: where they lie in several checkpoints, each name stands behind that of its
  /// folder.
  func joinedCheckpoint() throws(Diagnostic) -> Checkpoint {
    let checkpoints = try self.checkpoints()
    if checkpoints.count == 1, let only = checkpoints.first { return only }
    var entries: [Checkpoint.Entry] = []
    for checkpoint in checkpoints {
      let folder = checkpoint.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
      for entry in checkpoint.entries {
        entries.append(entry.named(Name("\(folder)/\(checkpoint.prefix)\(entry.name)")))
      }
    }
    return try Checkpoint(entries, path: source)
  }
}
