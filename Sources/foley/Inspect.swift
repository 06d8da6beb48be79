import ArgumentParser
import Checkpoints
import Families
import Graphs
import Passes
import Plans
import Reports
import Runtime
import Tensors

extension Foley {
  /// `foley inspect dit.graph --after remove-dead --graph`
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell what a model, a graph or a weights file is.",
      discussion: """
        Prints a summary of each part of the source, or one of its aspects. Equal blocks are folded.

        Example: foley inspect stable-audio-open-1.0 --component backbone --length B=1,L=1024,S=130
        Example: foley inspect model.safetensors --weights --scan
        Example: foley inspect unet.onnx --bridge bridge.safetensors --graph
        """)

    @OptionGroup var source: GraphSource

    @Flag(help: "What to print in place of the summary.")
    var aspect: Aspect?

    @Option(
      name: .customLong("after"),
      help: ArgumentHelp("Run this pass first. May be repeated.", valueName: "pass"))
    var passes: [Pass] = []

    @Option(
      name: .customLong("length"),
      help: ArgumentHelp("Lengths to tell costs and memory for.", valueName: "name=number,…"))
    var lengths: [Lengths] = []

    @Flag(help: "Print equal blocks, each in full.")
    var unfolded = false

    @Flag(help: "Count NaNs and infinities of the weights; reads every byte.")
    var scan = false

    @Option(help: "How to print; dot is for graphs.")
    var format = Format.text

    @OptionGroup(title: "A video bridge") var bridge: BridgeChoice

    enum Aspect: String, EnumerableFlag {
      case graph, weights, ops, memory

      static func help(for value: Aspect) -> ArgumentHelp? {
        switch value {
        case .graph: "Print the graph."
        case .weights: "Print the tensors of the weights; needs no configuration."
        case .ops: "Print how often each op is used, and its cost."
        case .memory: "Print where the memory of a run goes, step by step."
        }
      }
    }

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, dot }

    func validate() throws {
      guard format != .dot || aspect == .graph || aspect == nil else {
        throw ValidationError("'--format dot' prints graphs; drop the other option.")
      }
      guard !scan || aspect == .weights else { throw ValidationError("'--scan' needs '--weights'.") }
    }

    func run() throws {
      if aspect == .weights { return try print(weightTables(), \.text, \.json) }
      if aspect == nil, format != .dot, passes.isEmpty, bridge.path == nil, !source.isONNX,
        case .weights(let checkpoint) = try source.open()
      {
        return try print([CheckpointSummary(checkpoint)], \.text, \.json)
      }
      var subjects = try source.subjects(at: lengths.merged)
      for index in subjects.indices {
        subjects[index] = try bridge.applied(to: subjects[index])
        subjects[index].graph = try passes.run(on: subjects[index].graph)
      }
      switch aspect {
      case _ where format == .dot: try print(folded(subjects), \.dot) { _ in nil }
      case .graph: try print(folded(subjects), \.text, \.json)
      case .ops:
        let graphs = try subjects.map { try $0.bound(to: lengths) ?? $0.graph }
        try print(graphs.map { OpTable($0) }, \.text, \.json)
      case .memory:
        let plans = try subjects.map { ($0.graph.name, try $0.plan(at: try $0.lengths(lengths))) }
        try print(plans, { name, plan in "@\(name): \(plan)\n" + plan.chart() }) { $0.1.json }
      case .weights, nil: try print(subjects.map { try $0.summary(at: lengths) }, \.text, \.json)
      }
    }

    private func folded(_ subjects: [Subject]) -> [FoldedGraph] {
      subjects.map { FoldedGraph($0.graph, folding: !unfolded) }
    }

    private func weightTables() throws(Diagnostic) -> [WeightTable] {
      try source.checkpoints().map { (checkpoint) throws(Diagnostic) in
        try WeightTable(checkpoint, scanning: scan)
      }
    }

    /// Prints the items: texts with an empty line between, or one JSON array.
    private func print<Item>(
      _ items: [Item], _ text: (Item) throws -> String, _ json: (Item) throws -> JSON?
    ) throws {
      switch format {
      case .text, .dot: try StandardOutput.write(items.map(text).joined(separator: "\n"))
      case .json: try StandardOutput.write(JSON(items.compactMap(json)).printed(pretty: true) + "\n")
      }
    }
  }
}
