import ArgumentParser
import Families
import Tensors

/// The two models that are compared.
struct DiffSources: ParsableArguments {
  @Argument(
    help: "A model directory as upstream saved it, an .onnx or .graph file, a pipeline, or a file of weights."
  )
  var a: String

  @Argument(help: "What it is compared with.")
  var b: String

  @Option(help: ArgumentHelp("The part of both sources, where they hold several.", valueName: "name"))
  var component: String?

  @Option(help: ArgumentHelp("The part of A.", valueName: "name"))
  var componentA: String?

  @Option(help: ArgumentHelp("The part of B.", valueName: "name"))
  var componentB: String?

  @Option(
    help: ArgumentHelp("The model family of A, where the configuration fits several.", valueName: "name"))
  var familyA: String?

  @Option(help: ArgumentHelp("The model family of B.", valueName: "name"))
  var familyB: String?

  @Option(help: ArgumentHelp("The configuration of A, a weights file that stands alone.", valueName: "file"))
  var configA: String?

  @Option(help: ArgumentHelp("The configuration of B.", valueName: "file"))
  var configB: String?

  @Option(help: ArgumentHelp("The parameters of A, a .graph file.", valueName: "file"))
  var weightsA: String?

  @Option(help: ArgumentHelp("The parameters of B, a .graph file.", valueName: "file"))
  var weightsB: String?

  var sources: (a: GraphSource, b: GraphSource) {
    (
      GraphSource(a, component: componentA ?? component, family: familyA, config: configA),
      GraphSource(b, component: componentB ?? component, family: familyB, config: configB)
    )
  }

  func validate() throws {
    guard component == nil || componentA == nil || componentB == nil else {
      throw ValidationError("'--component' has nothing to say beside '--component-a' and '--component-b'.")
    }
  }
}

extension DiffSources {
  /// The graphs of both sources that belong together: the only ones, or those called the same; and words on those
  /// that stand in one only.
  func subjectPairs(at lengths: [String: Int]) throws(Diagnostic) -> (
    pairs: [(a: Subject, b: Subject)], strays: [String]
  ) {
    let (a, b) = sources
    let (mine, yours) = (try a.subjects(at: lengths), try b.subjects(at: lengths))
    if mine.count == 1, yours.count == 1 { return ([(mine[0], yours[0])], []) }
    var rest = yours
    var pairs: [(a: Subject, b: Subject)] = []
    var strays: [String] = []
    for subject in mine {
      if let index = rest.firstIndex(where: { $0.title == subject.title }) {
        pairs.append((subject, rest.remove(at: index)))
      } else {
        strays.append("\(subject.title) is in A only")
      }
    }
    return (pairs, strays + rest.map { "\($0.title) is in B only" })
  }
}

extension GraphSource {
  /// Whether the source is weights without a word on what they are for.
  func isBare() throws(Diagnostic) -> Bool {
    guard !isONNX else { return false }
    if case .weights = try open() { return true }
    return false
  }

  /// As if parsed from a command line.
  init(_ source: String, component: String?, family: String?, config: String?) {
    self.init()
    var choice = SourceChoice()
    (choice.component, choice.family, choice.config) = (component, family, config)
    (self.source, self.choice) = (source, choice)
  }
}
