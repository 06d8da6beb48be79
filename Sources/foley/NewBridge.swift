import ArgumentParser
import Graphs
import Passes
import Pipelines
import Reports
import Tensors

extension Foley {
  /// `foley bridge unet.onnx --video-dim 1024 -o bridge.safetensors`
  struct NewBridge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "bridge",
      abstract: "Make a fresh video bridge for any denoiser that attends to a text.",
      discussion: """
        The places are found by the flow of data, whatever the nodes are called: attentions whose queries come from \
        the latents and whose keys and values come from another input, added back to their stream. Each gets a block \
        of the bridge at its own width. It adds nothing until it is trained.

        inspect, run and convert take the file with --bridge; foley assemble makes bridges for pipelines itself.

        Example: foley bridge unet.onnx --video-dim 1024 -o bridge.safetensors
        """)

    @OptionGroup var source: GraphSource

    @Option(help: "Width of the video tokens.")
    var videoDim: Int

    @Option(name: .shortAndLong, help: "The safetensors file to write.")
    var output: String

    @OptionGroup var inputs: DenoiserInputs

    @Option(
      name: .customLong("length"),
      help: ArgumentHelp("Lengths of an .onnx file that do not stay open.", valueName: "name=number,…"))
    var lengths: [Lengths] = []

    @Option(help: ArgumentHelp("Tokens of the stream a second, for --positions seconds.", valueName: "Hz"))
    var latentRate: Double?

    @Option(help: ArgumentHelp("Encoded frames a second, for --positions seconds.", valueName: "Hz"))
    var videoRate: Double?

    @Option(help: "How to print the result.")
    var format = Machinery.Format.text

    @OptionGroup(title: "The bridge") var fresh: BridgeOptions

    func run() throws {
      let subject = try source.subject(at: lengths.merged)
      let graph = try (subject.isExport ? Pass.recognition : []).run(on: subject.graph)
      let sites = try TextAttention.sites(in: graph, latents: inputs.latentsName, text: inputs.textName)
      var bridge = try Bridge(fitting: sites, of: graph, videoDim: videoDim)
      bridge.latentRate = latentRate ?? bridge.latentRate
      bridge.videoRate = videoRate ?? bridge.videoRate
      fresh.apply(to: &bridge)
      let insert = Pass.insertVideoAttention(bridge, latents: inputs.latentsName, text: inputs.textName)
      try FreshBridge(bridge, seed: fresh.seed).write(try insert.run(graph), to: output)
      let table = BridgeTable(
        sites: sites.map { site in
          let stream = graph[site.sum]
          let width = stream.type.dims[2].fixed ?? 0
          return .init(
            after: stream.name.text, tokens: stream.type.dims[1].description, width: width,
            parameters: bridge.parameterCount(width: width))
        }, total: bridge.parameterCount)
      try StandardOutput.write(format == .json ? table.json.printed(pretty: true) + "\n" : table.text)
    }
  }
}
