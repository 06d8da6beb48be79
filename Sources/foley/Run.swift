import ArgumentParser
import Checkpoints
import Conversion
import Families
import Graphs
import Kernels
import ONNX
import Passes
import Reports
import Runtime
import Tensors

extension Foley {
  /// `foley run t5-base --inputs ids.npz --outputs states.safetensors`
  struct Run: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run one graph once on named tensors.",
      discussion: """
        Inputs and outputs carry the names of the upstream module's arguments and results.

        Example: foley run stable-audio-open-1.0 --component backbone --inputs in.safetensors --outputs out.npz
        Example: foley run unet.onnx --bridge bridge.safetensors --inputs in.safetensors --outputs out.npz
        """)

    @OptionGroup var source: GraphSource

    @Option(help: ArgumentHelp("The parameters of a .graph file.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("The inputs: \(TensorFormat.list).", valueName: "file"))
    var inputs: String

    @Option(help: ArgumentHelp("Where to write the outputs: \(TensorFormat.list).", valueName: "file"))
    var outputs: String

    @Flag(help: "Compute node by node in double precision, without kernels.")
    var reference = false

    @Flag(help: "Print where the time went.")
    var profile = false

    @Flag(help: "Stop at the first node whose result is not finite.")
    var checkFinite = false

    @OptionGroup(title: "A video bridge") var bridge: BridgeChoice
    @OptionGroup var machinery: Machinery

    func validate() throws {
      guard !reference || !(profile || checkFinite) else {
        throw ValidationError("'--reference' computes without steps to profile or check.")
      }
      guard !reference || machinery.precision != .bf16 else {
        throw ValidationError("'--reference' computes in double precision, not in bf16.")
      }
      guard TensorFormat(path: outputs) != nil else {
        throw ValidationError("'--outputs' is '\(outputs)', but must end in \(TensorFormat.list).")
      }
    }

    func run(until interrupt: Interrupt) throws {
      _ = try AtomicFile(replacing: outputs)
      var options = try machinery.start(until: interrupt, in: Precision.allCases)
      (options.measuresTime, options.checksFinite) = (profile, checkFinite)
      var subject = try bridge.applied(to: try source.subject())
      let given = try Checkpoint.open(path: inputs).entries.map { ($0.name, try $0.tensor) }
      let (tensors, notes) = try subject.graph.inputs(among: given, from: inputs)
      if source.isONNX { subject = try bridge.applied(to: try source.subject(given: tensors)) }
      try subject.graph.expectSupported()
      let parameters = try subject.parameters(weights)
      if !machinery.quiet { for note in notes { StandardError.write("note: \(note.escapingControls)\n") } }

      var times: Profile?
      let results: [Name: Tensor]
      if reference {
        results = try interrupt.unheeded { try subject.graph.evaluate(tensors, parameter: parameters) }
      } else {
        let graph = try (machinery.precision ?? .f32).passes.run(on: subject.graph)
        var session = try Session(graph, parameters: parameters, options: options)
        results = try session.run(tensors)
        times = session.profile
      }
      let written = subject.graph.outputs.compactMap { output in
        results[output.name].map { (output.name, $0) }
      }
      try Checkpoint.write(written, to: outputs)
      try report(written, times)
    }

    private func report(_ results: [(name: Name, tensor: Tensor)], _ times: Profile?) throws(Diagnostic) {
      let table = (times?.byOp ?? []).reduce(into: TimeTable()) {
        $0.append(op: $1.op, count: $1.entry.count, seconds: $1.entry.seconds)
      }
      switch machinery.format {
      case .text:
        guard !machinery.quiet || profile else { return }
        let lines =
          machinery.quiet ? [] : results.map { "\($0.name.text.escapingControls): \($0.tensor.type)\n" }
        try StandardOutput.write(lines.joined() + (profile ? table.text : ""))
      case .json:
        let outputs = results.map { result -> JSON in
          [
            "name": JSON(result.name), "dtype": JSON("\(result.tensor.type.element)"),
            "shape": JSON(result.tensor.shape.map { JSON($0) }),
          ]
        }
        var object = JSON.Object()
        object["outputs"] = JSON(outputs)
        if profile { object["profile"] = table.json }
        try StandardOutput.write(JSON.object(object).printed(pretty: true) + "\n")
      }
    }
  }
}

extension Subject {
  /// What gives the parameters of the graph: the model's weights, or the tensors of the file at `path`.
  ///
  /// Throws iff the graph has parameters and nothing gives them, or the model has weights of its own.
  func parameters(_ path: String?) throws(Diagnostic) -> ModelDiff.Weights {
    guard let own = try weights(path, option: "--weights") ?? noWeights else { throw .noWeights(graph) }
    guard let bridge else { return own }
    return { path throws(Diagnostic) in try bridge[path] == nil ? own(path) : bridge.tensor(path) }
  }
}

extension Diagnostic {
  fileprivate static func noWeights(_ graph: Graph) -> Diagnostic {
    Diagnostic(
      "@\(graph.name) has \(graph.parameters.count) parameters, but no weights are given",
      help: "name the file that holds them with --weights", kind: .usage)
  }
}
