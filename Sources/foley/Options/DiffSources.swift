import ArgumentParser
import Tensors

/// The two models that are compared.
struct DiffSources: ParsableArguments {
  @Argument(
    help: "A model directory as upstream saved it, a .graph file, a pipeline, or a file of weights.")
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

extension GraphSource {
  /// As if parsed from a command line.
  init(_ source: String, component: String?, family: String?, config: String?) {
    self.init()
    var choice = SourceChoice()
    (choice.component, choice.family, choice.config) = (component, family, config)
    (self.source, self.choice) = (source, choice)
  }
}
