import ArgumentParser
import Conversion
import ONNX
import Passes
import Runtime
import Tensors

/// How one graph is timed.
struct TimedGraph: ParsableArguments {
  @Option(
    name: .customLong("length"),
    help: ArgumentHelp("Lengths of the made-up inputs.", valueName: "name=number,…"))
  var lengths: [Lengths] = []

  @Option(help: ArgumentHelp("The parameters of a .graph file.", valueName: "file"))
  var weights: String?

  /// Runs `subject` behind the passes that every graph of a pipeline goes through, once and `runs` times more.
  ///
  /// Throws iff one of its lengths is not given, it has gaps, or its parameters are missing.
  func time(
    _ subject: Subject, _ precision: Precision, _ options: SessionOptions, runs: Int,
    _ progress: StageTimer.Progress
  ) throws(Diagnostic) -> StageTiming {
    try subject.graph.expectSupported()
    let lengths = try subject.lengths(self.lengths)
    let parameters = try subject.parameters(weights)
    var made = GeneratedInputs(seed: 0)
    let inputs = try made.inputs(of: subject.graph, at: lengths)

    let timer = StageTimer(subject.title)
    let graph = try (Pass.inference + precision.passes).run(on: subject.graph)
    var session = try Session(graph, parameters: parameters, options: options)
    try session.bind(inputs.mapValues(\.type))
    for (name, tensor) in inputs { try session.set(name, tensor) }
    return try timer.time(runs: runs, progress: progress) { () throws(Diagnostic) in
      try session.run()
      return session.takeProfile()
    }
  }

  /// Throws iff anything was asked for: the lengths of the pipeline's stages are known.
  func refuse(beside source: String) throws(Diagnostic) {
    guard lengths.isEmpty, weights == nil else {
      throw .pipeline(source, lengths.isEmpty ? "weights" : "length")
    }
  }
}

extension Diagnostic {
  fileprivate static func pipeline(_ source: String, _ option: String) -> Diagnostic {
    Diagnostic(
      "--\(option) is about one graph, but all stages of \(source) are to be timed",
      help: "name one with --component, or give the length of the clip with --seconds", kind: .usage)
  }
}
