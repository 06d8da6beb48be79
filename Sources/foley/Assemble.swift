import ArgumentParser
import Passes
import Pipelines
import Tensors

extension Foley {
  /// `foley assemble -o my-pipeline --backbone stable-audio-open-1.0 --video-encoder vjepa2-vitl-fpc64-256 …`
  struct Assemble: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tie upstream models and a bridge into a pipeline directory.",
      discussion: """
        The parts are checked for fit and referred to by path and SHA-256; nothing is copied unless asked for. A \
        directory that holds several parts (diffusers, stable-audio-tools) need be named once. Without --bridge a \
        fresh bridge is made, which adds nothing until it is trained.

        Example: foley assemble -o my-pipeline --backbone stable-audio-open-1.0 --text-encoder t5-base \
        --video-encoder vjepa2-vitl-fpc64-256
        """)

    @Option(name: .shortAndLong, help: "The pipeline directory to write.")
    var output: String

    @Option(help: "The text-to-audio model: a stable-audio-tools or diffusers directory.")
    var backbone: String

    @Option(help: "The number conditioners, where they lie elsewhere.")
    var conditioners: String?

    @Option(help: "The autoencoder, where it lies elsewhere.")
    var autoencoder: String?

    @Option(help: "The T5 encoder's directory.")
    var textEncoder: String?

    @Option(help: "The directory of spiece.model; the text encoder's by default.")
    var tokenizer: String?

    @Option(help: "The V-JEPA 2 directory; without one the pipeline follows no video.")
    var videoEncoder: String?

    @Option(help: "A trained bridge.")
    var bridge: String?

    @Flag(help: "Copy the parts' files into the pipeline.")
    var copy = false

    @Flag(help: "Replace a pipeline that stands there already.")
    var replace = false

    @OptionGroup(title: "A fresh bridge") var fresh: BridgeOptions
    @OptionGroup(title: "How to sample by default") var sampling: SamplerOptions
    @OptionGroup(title: "How to run") var machinery: Machinery

    func validate() throws {
      guard bridge == nil || !fresh.isGiven else {
        throw ValidationError(
          "A trained --bridge says itself what it is; leave the options of a fresh one out.")
      }
    }

    func run(until interrupt: Interrupt) throws {
      var parts = PipelineParts(backbone: backbone)
      (parts.conditioners, parts.autoencoder) = (conditioners, autoencoder)
      (parts.textEncoder, parts.tokenizer) = (textEncoder, tokenizer)
      (parts.videoEncoder, parts.bridge) = (videoEncoder, bridge)
      var assembly = Assembly(parts)
      (assembly.copies, assembly.replaces, assembly.seed) = (copy, replace, fresh.seed)
      assembly.adjust = { [fresh] in fresh.apply(to: &$0) }
      assembly.setSampling = { [sampling] (usual) throws(Diagnostic) in try sampling.apply(to: &usual) }
      let line = ProgressLine(quiet: machinery.quiet)
      defer { line.clear() }
      let result = try assembly.write(to: output) { text in
        guard !interrupt.isRaised else { throw Diagnostic.stopped(text) }
        line.show("reading \(text)", 0, 1)
      }
      line.clear()
      try StandardOutput.write(summary(result))
    }

    private func summary(_ result: Assembly.Result) -> String {
      if machinery.format == .json { return result.manifest.json.printed(pretty: true) + "\n" }
      var lines = ["\(output): \(result.manifest.parts.map(\.name).joined(separator: ", "))"]
      let sampling = result.manifest.sampling
      lines.append("sampling: \(sampling.sampler), \(sampling.steps) steps, cfg \(sampling.guidance)")
      if let bridge = result.bridge {
        let (block, total) = result.bridgeParameters
        let kind = result.isFresh ? "fresh bridge" : "bridge"
        lines.append(
          "\(kind): \(bridge.depth) sites, \(block.grouped) parameters a block, \(total.grouped) in all")
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }
}

extension Diagnostic {
  fileprivate static func stopped(_ text: String) -> Diagnostic {
    Diagnostic("stopped while reading \(text)", kind: .interrupted)
  }
}
