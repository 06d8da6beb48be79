import Checkpoints
import Conversion
import Families
import Graphs
import Operators
import Passes
import Reports
import Runtime
import Tensors

/// Two graphs, with their weights where they have any, that are to be compared.
struct SubjectComparison {
  let a: Subject
  let b: Subject
  /// `nil` for all.
  var aspect: Foley.Diff.Aspect?
  /// What both graphs go through first.
  var passes: [Pass] = []
  /// The weights of graphs that stand alone.
  var files: (a: String?, b: String?) = (nil, nil)
  var isVerbose = false

  init(_ a: Subject, _ b: Subject) { (self.a, self.b) = (a, b) }

  /// What is found; both are run when `trial` says so.
  func part(_ trial: DiffTrial, _ progress: DiffProgress) throws(Diagnostic) -> DiffReport.Part {
    var part = DiffReport.Part(a.title, b.title)
    let graphs = (try passes.run(on: a.graph), try passes.run(on: b.graph))
    let isWeighed = aspect != .graph
    let weights = (
      isWeighed ? try a.weights(files.a, option: "--weights-a") : nil,
      isWeighed ? try b.weights(files.b, option: "--weights-b") : nil
    )
    let diff = try ModelDiff(
      (graphs.0, weights.0), (graphs.1, weights.1), settling: !passes.isEmpty, spread: .machine
    ) {
      (done, total) throws(Diagnostic) in
      try progress("comparing weights, MiB", done >> 20, total >> 20)
    }
    part.graph = GraphDiffReport(diff.graph)
    part.graph?.isVerbose = isVerbose
    part.weights = diff.weights.map { WeightDiffTable($0) }
    part.weights?.listsIdentical = isVerbose
    part.weights?.listsSame = isVerbose
    guard trial.isWanted else { return part }
    guard let mine = diff.sources.a ?? a.noWeights, let yours = diff.sources.b ?? b.noWeights else {
      throw .nothingToRun(diff.sources.a == nil ? a.title : b.title)
    }
    let numbers = try NumericDiff(
      diff.graph, weights: (mine, yours), inputs: try trial.tensors(diff.graph), tolerance: trial.tolerance,
      options: SessionOptions()
    ) { (done, total) throws(Diagnostic) in try progress("running both, nodes", done, total) }
    part.numbers = NumericTable(numbers, diff.graph)
    return part
  }
}

extension Subject {
  /// What a person knows it by.
  var title: String { model?.component ?? graph.name }
}

extension NumericTable {
  fileprivate init(_ numbers: NumericDiff, _ diff: GraphDiff) {
    self.init()
    (tolerance, nodes, isSame) = (numbers.tolerance, numbers.rows.count, numbers.isSame)
    outputs = numbers.outputs.map { Row(String($0.name.text), $0.name.text, $0.row) }
    guard let divergence = numbers.firstDivergence else { return }
    let (mine, yours) = (diff.a[divergence.pair.a], diff.b[divergence.pair.b])
    first = Row(diff.a.line(of: mine), diff.b.line(of: yours), divergence)
    let rows = Dictionary(numbers.rows.map { ($0.pair.a, $0) }) { first, _ in first }
    operands = mine.inputs.compactMap { input in
      rows[input].map { Row(diff.a[$0.pair.a].name.sigil, diff.b[$0.pair.b].name.sigil, $0) }
    }
  }
}

extension NumericTable.Row {
  fileprivate init(_ a: String, _ b: String, _ row: NumericDiff.Row) {
    self.init(
      a, b, relative: row.difference?.relative, greatest: row.difference?.greatest,
      strays: row.difference?.strays ?? 0)
  }
}

extension Diagnostic {
  fileprivate static func nothingToRun(_ title: String) -> Diagnostic {
    Diagnostic(
      "\(title) has no weights to be run with",
      help: "name the file that holds them with --weights-a or --weights-b", kind: .usage)
  }
}
