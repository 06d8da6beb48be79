import ArgumentParser
import Checkpoints
import Families
import Graphs
import Passes
import Pipelines
import Tensors

/// Which bridge goes into the graph at hand.
struct BridgeChoice: ParsableArguments {
  @Option(
    name: .customLong("bridge"),
    help: ArgumentHelp(
      "Insert the video attention of this file behind every text cross-attention.", valueName: "file"))
  var path: String?

  @OptionGroup var inputs: DenoiserInputs

  /// `subject` with the bridge, where one is chosen. Throws iff the bridge is not for this graph.
  func applied(to subject: Subject) throws(Diagnostic) -> Subject {
    guard let path else { return subject }
    let checkpoint = try Checkpoint.open(path: path)
    let insert = Pass.insertVideoAttention(
      try Bridge(checkpoint), latents: inputs.latentsName, text: inputs.textName)
    var bridged = subject
    bridged.graph = try (subject.isExport ? Pass.recognition : []).run(on: subject.graph)
    bridged.graph = try insert.run(bridged.graph)
    try Weights.check(trainable: bridged.graph, in: checkpoint)
    bridged.bridge = checkpoint
    return bridged
  }
}

/// The inputs of a denoiser between which its text cross-attentions stand.
struct DenoiserInputs: ParsableArguments {
  @Option(
    help: ArgumentHelp("The input that is denoised, where the graph leaves it open.", valueName: "name"))
  var latents: String?

  @Option(
    help: ArgumentHelp("The input that is the text; any other than the latents without.", valueName: "name"))
  var text: String?

  var latentsName: Name? { latents.map { Name($0) } }
  var textName: Name? { text.map { Name($0) } }
}
