import ArgumentParser
import Families
import Pipelines
import Tensors

/// Which model a command works on.
struct GraphSource: ParsableArguments {
  @Argument(
    help:
      "A model directory as upstream saved it, an .onnx or .graph file, a pipeline, or a weights file with --config."
  )
  var source: String

  @OptionGroup var choice: SourceChoice

  var component: String? { choice.component }
  var family: String? { choice.family }
  var config: String? { choice.config }

  /// Whether the source is an ONNX file.
  var isONNX: Bool { source.hasSuffix(".onnx") }

  /// Where the source lies. Throws iff it is the pipeline that comes with foley and that is not there.
  func place() throws(Diagnostic) -> String { try EmbeddedPipeline.place(of: source) }

  /// Throws iff nothing is there or it is not understood.
  func open() throws(Diagnostic) -> Source {
    try Source(path: try place(), family: family, config: config)
  }
}

/// What of a source is meant, where that says it not by itself.
struct SourceChoice: ParsableArguments {
  @Option(help: ArgumentHelp("The part of the source, where it holds several.", valueName: "name"))
  var component: String?

  @Option(help: ArgumentHelp("The model family, where the configuration fits several.", valueName: "name"))
  var family: String?

  @Option(help: ArgumentHelp("The configuration of a weights file that stands alone.", valueName: "file"))
  var config: String?
}
