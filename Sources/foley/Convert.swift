import ArgumentParser
import Checkpoints
import Conversion
import Families
import Graphs
import ONNX
import Reports
import Tensors

extension Foley {
  /// `foley convert t5-base -o t5-base-f16/ --dtype f16`
  struct Convert: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a model in another format, layout or element type.",
      discussion: """
        The extension of the output says the format: .safetensors, .h5, .npz, .onnx with large tensors beside, or \
        .graph with its weights beside; a name that ends in / is a directory as upstream saves it. Tensors are cast and written piece by piece; \
        the output appears when all is written.

        Example: foley convert stable-audio-open-1.0 --layout diffusers -o stable-audio-diffusers/
        Example: foley convert t5-base -o t5-base.onnx --opset 23 --verify
        Example: foley convert model.safetensors --dtype f16 -o model-f16.safetensors --verify
        Example: foley convert unet.onnx --bridge bridge.safetensors -o bridged-unet.onnx
        """)

    @Flag(help: "Print the layouts of each family, and nothing else.")
    var listLayouts = false

    @Argument(
      help:
        "A model directory as upstream saved it, a .graph file, or a weights file, alone or with --config.")
    var source: String?

    @OptionGroup var choice: SourceChoice

    @Option(help: ArgumentHelp("The parameters of a .graph file.", valueName: "file"))
    var weights: String?

    @Option(name: .shortAndLong, help: "The file or, with / at its end, the directory to write.")
    var output: String?

    @Option(
      help: ArgumentHelp("The layout of parameters and configuration; see --list-layouts.", valueName: "name")
    )
    var layout: String?

    @Option(
      help: ArgumentHelp(
        "The operators of an .onnx file: \(ModelProto.opsets.lowerBound) to \(ModelProto.opsets.upperBound).",
        valueName: "version"))
    var opset = ModelProto.defaultOpset

    @Option(
      help: "The element type that floats are stored in: f32, f16 or bf16. Graphs compute in their own.")
    var dtype: Element?

    @Option(
      help: ArgumentHelp("The most bytes of tensors in a file of a directory: 5GB, 500MB.", valueName: "size")
    )
    var shardSize: Size?

    @OptionGroup(title: "A video bridge") var bridge: BridgeChoice
    @OptionGroup var checks: ConversionChecks
    @OptionGroup var machinery: Machinery

    enum Element: String, CaseIterable, ExpressibleByArgument {
      case f32, f16, bf16

      var element: DType { DType(rawValue: rawValue) ?? .f32 }
    }

    func validate() throws {
      guard listLayouts || (source != nil && output != nil) else {
        throw ValidationError("Say what to convert and where to: SOURCE and '--output'.")
      }
      guard layout == nil || ![".graph", ".onnx"].contains(where: (output ?? "").hasSuffix) else {
        throw ValidationError("'--layout' is about weights; convert to a directory first, that to a graph.")
      }
      guard bridge.path == nil || [".graph", ".onnx"].contains(where: (output ?? "").hasSuffix) else {
        throw ValidationError("'--bridge' goes into a graph; end '--output' with .onnx or .graph.")
      }
      guard shardSize == nil || request(output ?? "").isDirectory else {
        throw ValidationError("'--shard-size' splits the files of a directory; end '--output' with /.")
      }
    }

    func run(until interrupt: Interrupt) throws {
      if listLayouts { return try StandardOutput.write(LayoutTable.text(machinery.format)) }
      let conversion = try plan()
      try conversion.check()
      if checks.dryRun {
        return try StandardOutput.write(ConversionTable(planned: conversion).text(machinery.format))
      }
      let options = try machinery.start(until: interrupt)
      let line = ProgressLine(quiet: machinery.quiet)
      defer { line.clear() }
      let result = try conversion.run { (done, total) throws(Diagnostic) in
        guard !interrupt.isRaised else { throw .stopped }
        line.show("MiB written", done >> 20, total >> 20)
      }
      var table = ConversionTable(written: conversion, result)
      if checks.verify {
        let verification = try conversion.verify(
          dtype?.element, at: checks.lengths.merged, seed: checks.seed, options: options
        ) { (name) throws(Diagnostic) in
          guard !interrupt.isRaised else { throw .stoppedVerifying }
          line.show("verifying \(name)", 0, 1)
        }
        table.errors = verification.rows
        line.clear()
        try StandardOutput.write(table.text(machinery.format))
        return try verification.check(output ?? "")
      }
      line.clear()
      try StandardOutput.write(table.text(machinery.format))
    }

    private func request(_ output: String) -> ConversionRequest {
      var request = ConversionRequest(output: output)
      (request.element, request.layout, request.shardSize) = (dtype?.element, layout, shardSize?.bytes)
      request.isDirectory = output.hasSuffix("/") || FileKind.isDirectory(output)
      while request.output.hasSuffix("/"), request.output.count > 1 { request.output.removeLast() }
      return request
    }

    private func plan() throws(Diagnostic) -> Conversion {
      var given = GraphSource()
      (given.source, given.choice) = (source ?? "", choice)
      var conversion = try plan(given, request(output ?? ""))
      (conversion.hashes, conversion.tool) = (!checks.noHash, "foley \(Foley.configuration.version)")
      return conversion
    }

    /// The one place where the kind of output is chosen.
    private func plan(_ source: GraphSource, _ request: ConversionRequest) throws(Diagnostic) -> Conversion {
      let isGraph = [".graph", ".onnx"].contains(where: request.output.hasSuffix)
      if isGraph, !request.isDirectory { return try graph(source, request) }
      guard request.isDirectory || TensorFormat(path: request.output) != nil else {
        throw .unknownOutput(request.output)
      }
      switch try source.open() {
      case .models(let models): return try Conversion(models, component: source.component, request)
      case .weights(let checkpoint): return try Conversion(checkpoint, request)
      case .graphs:
        guard let weights else { throw .noWeights(source.source) }
        return try Conversion(try Checkpoint.open(path: weights), request)
      }
    }

    /// Graph text with its weights beside, or an ONNX model.
    private func graph(_ source: GraphSource, _ request: ConversionRequest) throws(Diagnostic) -> Conversion {
      let subject = try bridge.applied(to: try source.subject())
      let checkpoint = try weights.map { (path) throws(Diagnostic) in try Checkpoint.open(path: path) }
      let entry = { (path: Name) throws(Diagnostic) -> Checkpoint.Entry in
        if let entry = subject.bridge?[path] { return entry }
        if let model = subject.model { return try model.weights.entry(path) }
        guard let checkpoint else { throw .noWeights("@\(subject.graph.name)") }
        guard let entry = checkpoint[path] else { throw .noParameter(path, checkpoint.path) }
        return entry
      }
      let all = subject.model?.weights.checkpoint ?? checkpoint
      guard request.output.hasSuffix(".onnx") else {
        return try Conversion(subject.graph, weights: all, request, entry: entry)
      }
      return try Conversion(
        exporting: subject.graph, opset: opset, version: Foley.configuration.version, weights: all, request,
        entry: entry)
    }
  }
}

extension Diagnostic {
  fileprivate static let stopped = Diagnostic("interrupted; nothing was written", kind: .interrupted)
  fileprivate static let stoppedVerifying = Diagnostic(
    "interrupted while verifying; the output is written", kind: .interrupted)
  fileprivate static func unknownOutput(_ path: String) -> Diagnostic {
    let formats = TensorFormat.allCases.map { "." + $0.rawValue } + [".onnx", ".graph"]
    return Diagnostic(
      "\(path) is of no known format", at: path,
      help: "end it with \(formats.joined(separator: ", ")), or with / for a directory", kind: .usage)
  }
  fileprivate static func noWeights(_ name: String) -> Diagnostic {
    Diagnostic(
      "\(name) is a graph without weights", help: "name the file that holds them with --weights",
      kind: .usage)
  }
  fileprivate static func noParameter(_ path: Name, _ file: String) -> Diagnostic {
    Diagnostic("the weights hold no \(path.quoted)", at: file)
  }
}
