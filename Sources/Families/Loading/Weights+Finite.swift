import Checkpoints
package import Tensors

extension Weights {
  /// Bytes of the tensors that the graph reads from the checkpoint.
  package var byteCount: Int { stored.reduce(0) { $0 + (checkpoint[$1]?.byteCount ?? 0) } }

  /// Reads every tensor of the graph once, from the disk where need be.
  ///
  /// `progress` is told the bytes read and those to read, tensor by tensor; what it throws ends the check.
  /// Throws iff a value is NaN or infinite, naming all the tensors that hold one.
  package func checkFinite(
    progress: (_ done: Int, _ total: Int) throws(Diagnostic) -> Void = { (_, _) throws(Diagnostic) in }
  ) throws(Diagnostic) {
    let total = byteCount
    var done = 0
    var found = NonFinite()
    var bad: [(name: Name, note: String)] = []
    for name in stored {
      let tensor = try checkpoint.tensor(name)
      let count = tensor.nonFinite()
      if !count.isEmpty {
        bad.append((Name(checkpoint.prefix.text + name.text), count.words))
        found.nan += count.nan
        found.infinite += count.infinite
      }
      done += tensor.byteCount
      try progress(done, total)
    }
    guard bad.isEmpty else { throw .notFinite(checkpoint.path, bad, found, of: stored.count) }
  }
}

extension NonFinite {
  fileprivate var words: String {
    [(nan, "NaN"), (infinite, "infinite")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      .joined(separator: ", ")
  }
}

extension Diagnostic {
  fileprivate static func notFinite(
    _ path: String, _ bad: [(name: Name, note: String)], _ found: NonFinite, of count: Int
  ) -> Diagnostic {
    let most = 12
    let groups = KeyGroup.groups(of: bad)
    var lines = groups.prefix(most).map { "\($0.pattern)  \($0.note)" }
    if groups.count > most { lines.append("and \(groups.count - most) more groups") }
    return Diagnostic(
      "\(bad.count) of \(count) tensors hold values that are not finite: \(found.words)", at: path,
      note: lines.joined(separator: "\n    "),
      help: "the file is damaged or training went astray: fetch it again or take an earlier one")
  }
}
