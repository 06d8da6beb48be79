import ArgumentParser
import Checkpoints
import Conversion
import Graphs
import Runtime
import Tensors

/// Whether and on what both models are run.
struct DiffTrial: ParsableArguments {
  @Option(help: ArgumentHelp("Run both models on these: .safetensors, .h5 or .npz.", valueName: "file"))
  var inputs: String?

  @Flag(help: "Run both models on inputs that are made up.")
  var random = false

  @Option(help: "Equal seeds make up equal inputs.")
  var seed: UInt64 = 0

  @Option(
    name: .customLong("length"),
    help: ArgumentHelp("Lengths of what is made up; small ones by default.", valueName: "name=number,…"))
  var lengths: [Lengths] = []

  @Option(help: "The relative error, max|a-b| / max|b|, up to which results agree.")
  var tolerance = 1e-4

  var isWanted: Bool { inputs != nil || random }

  func validate() throws {
    guard inputs == nil || !random else {
      throw ValidationError("'--inputs' and '--random' exclude each other.")
    }
    guard tolerance >= 0 else {
      throw ValidationError("'--tolerance' is \(tolerance), but must be 0 or more.")
    }
    guard random || (lengths.isEmpty && seed == 0) else {
      throw ValidationError("'--length' and '--seed' are about inputs that '--random' makes up.")
    }
  }

  /// The inputs of both graphs, by the names of the one or of the other.
  func tensors(_ diff: GraphDiff) throws(Diagnostic) -> [Name: Tensor] {
    guard let inputs else {
      var generator = GeneratedInputs(seed: seed)
      let lengths = lengths.merged
      let mine = try generator.inputs(of: diff.a, at: lengths)
      let known = try diff.a.lengths(of: mine.mapValues(\.type)).merging(lengths) { own, _ in own }
      let paired = Set(diff.pairs.map { diff.b[$0.b].name })
      let others = try generator.inputs(of: diff.b, at: known).filter { !paired.contains($0.key) }
      return mine.merging(others) { mine, _ in mine }
    }
    var tensors: [Name: Tensor] = [:]
    for entry in try Checkpoint.open(path: inputs).entries {
      let element = [diff.a, diff.b].compactMap { graph in
        graph.inputs.first { graph[$0].name == entry.name }.map { graph[$0].type.element }
      }.first
      let tensor = try entry.tensor
      tensors[entry.name] = element.flatMap { tensor.exactly(as: $0) } ?? tensor
    }
    return tensors
  }
}
