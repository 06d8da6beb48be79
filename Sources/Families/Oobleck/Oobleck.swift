import Checkpoints
import Graphs
import Operators
import Tensors

extension Family {
  /// The Oobleck variational autoencoder: waveform to latents and back.
  ///
  /// Sources: `stable_audio_tools/models/{autoencoders,bottleneck}.py`; diffusers' `AutoencoderOobleck`.
  package static let oobleck = Family(
    "oobleck", "variational autoencoder of Stable Audio", layouts: Layout.oobleck
  ) {
    (configuration) throws(Diagnostic) in
    guard let model = try Oobleck(configuration) else { return [] }
    return [
      Component("encoder") { (keys) throws(Diagnostic) in try model.spelled(as: keys).encoder() },
      Component("decoder") { (keys) throws(Diagnostic) in try model.spelled(as: keys).decoder() },
    ]
  }
}

/// The sizes of an Oobleck autoencoder.
package struct Oobleck: Hashable, Sendable {
  package var audioChannels: Int
  package var latentChannels: Int
  /// Width behind the encoder's first convolution and before the decoder's last.
  package var encoderChannels: Int
  package var decoderChannels: Int
  /// Factors on the channels, one a block, from the waveform to the latents.
  package var multiples: [Int]
  /// Strides in the same order; their product is the number of samples a latent frame.
  package var strides: [Int]
  package var sampleRate: Int
  package var finalTanh = false
  package var layout: Layout
  var spelling: WeightNormSpelling = .classic

  package enum Layout: String, Hashable, Sendable {
    case diffusers
    case stableAudioTools = "stable-audio-tools"
  }

  /// Samples a latent frame.
  package var ratio: Int { strides.reduce(1, *) }

  /// Latent frames on each side that a decoded frame's samples depend on.
  package var decoderHalo: Int {
    var reach = 3
    for stride in strides {
      reach += 3 + 9 + 27
      let padding = (stride + 1) / 2
      reach = max((stride - 1 + reach + padding) / stride, (reach + 2 * stride - 1 - padding) / stride)
    }
    return reach + 3
  }

  /// Latent frames on each side that an encoded frame depends on.
  package var encoderHalo: Int {
    var (before, behind) = (1, 1)
    for stride in strides.reversed() {
      let padding = (stride + 1) / 2
      before = before * stride + padding + 3 + 9 + 27
      behind = behind * stride - padding + 2 * stride - 1 + 3 + 9 + 27
    }
    (before, behind) = (before + 3, behind + 3 - (ratio - 1))
    return (max(before, behind) + ratio - 1) / ratio
  }

  /// audio `[B, channels, ratio·L]` -> mean, std `[B, C, L]` of the latents' distribution.
  func encoder() throws(Diagnostic) -> Blueprint {
    guard let length = Dim("L") * Dim(ratio) else { throw .tooLong(ratio) }
    var g = Graph(name: "vae_encoder")
    let audio = try g.input("audio", .f32("B", Dim(audioChannels), length))
    let widths = [encoderChannels] + multiples.map { $0 * encoderChannels }
    var x = try conv(audio, "first", "encoder.first", audioChannels, encoderChannels, 7, in: &g)
    for (block, stride) in strides.enumerated() {
      x = try g.scoped("encoder.blocks.\(block)") { (g) throws(Diagnostic) in
        var x = x
        for unit in 0..<3 {
          x = try residual(x, "encoder.blocks.\(block).units.\(unit)", unit, widths[block], in: &g)
        }
        x = try snake(x, "snake", "encoder.blocks.\(block).snake", widths[block], in: &g)
        return try conv(
          x, "down", "encoder.blocks.\(block).resample", widths[block], widths[block + 1], 2 * stride,
          stride: stride, padding: (stride + 1) / 2, in: &g)
      }
    }
    x = try snake(x, "encoder.snake", "encoder.snake", widths[strides.count], in: &g)
    x = try conv(x, "encoder.last", "encoder.last", widths[strides.count], 2 * latentChannels, 3, in: &g)
    let frames = g[x].type.dims[2]
    guard frames == "L" else { throw .unevenStrides(strides, frames) }
    let mean = try g.add(Slice(axis: 1, start: 0, length: Dim(latentChannels)), [x], name: "mean")
    let raw = try g.add(
      Slice(axis: 1, start: Dim(latentChannels), length: Dim(latentChannels)), [x], name: "raw_std")
    let spread = try g.add(Softplus(), [raw], name: "softplus_std")
    let floor = try g.add(Constant(1e-4), name: "least_std")
    g.output("mean", mean)
    g.output("std", try g.add(Add(), [spread, floor], name: "std"))
    return blueprint(g, ignoring: "decoder.")
  }

  /// latents `[B, C, L]` -> decoded `[B, channels, ratio·L]`, not bounded to ±1.
  func decoder() throws(Diagnostic) -> Blueprint {
    var g = Graph(name: "vae_decoder")
    let latents = try g.input("latents", .f32("B", Dim(latentChannels), "L"))
    let widths = Array(([decoderChannels] + multiples.map { $0 * decoderChannels }).reversed())
    var x = try conv(latents, "first", "decoder.first", latentChannels, widths[0], 7, in: &g)
    for (block, stride) in strides.reversed().enumerated() {
      x = try g.scoped("decoder.blocks.\(block)") { (g) throws(Diagnostic) in
        let name = "decoder.blocks.\(block)"
        var x = try snake(x, "snake", "\(name).snake", widths[block], in: &g)
        x = try convTranspose(x, "\(name).resample", widths[block], widths[block + 1], stride, in: &g)
        for unit in 0..<3 { x = try residual(x, "\(name).units.\(unit)", unit, widths[block + 1], in: &g) }
        return x
      }
    }
    let width = widths[strides.count]
    x = try snake(x, "decoder.snake", "decoder.snake", width, in: &g)
    x = try conv(x, "decoder.last", "decoder.last", width, audioChannels, 7, biased: false, in: &g)
    if finalTanh { x = try g.add(Tanh(), [x], name: "bounded") }
    g.output("decoded", x)
    return blueprint(g, ignoring: "encoder.")
  }

  /// `x + conv1(snake(conv7(snake(x))))`; the dilation grows with the unit: 1, 3, 9.
  private func residual(_ x: Value, _ name: String, _ unit: Int, _ width: Int, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    let dilation = [1, 3, 9][unit]
    return try g.scoped("units.\(unit)") { (g) throws(Diagnostic) in
      var y = try snake(x, "snake1", "\(name).snake1", width, in: &g)
      y = try conv(
        y, "conv1", "\(name).conv1", width, width, 7, padding: 3 * dilation, dilation: dilation, in: &g)
      y = try snake(y, "snake2", "\(name).snake2", width, in: &g)
      y = try conv(y, "conv2", "\(name).conv2", width, width, 1, in: &g)
      return try g.add(Add(), [x, y], name: "sum")
    }
  }

  private func conv(
    _ x: Value, _ node: Name, _ name: String, _ from: Int, _ to: Int, _ kernel: Int, stride: Int = 1,
    padding: Int? = nil, dilation: Int = 1, biased: Bool = true, in g: inout Graph
  ) throws(Diagnostic) -> Value {
    let padding = padding ?? kernel / 2
    let conv = Conv(
      strides: [stride], dilations: [dilation], before: [padding], after: [padding], groups: 1)
    var inputs = [x, try kernelWeight(name, [to, from, kernel], in: &g)]
    if biased { inputs.append(try g.parameter(Name("\(path(name)).bias"), .f32(Dim(to)))) }
    return try g.add(conv, inputs, name: node)
  }

  private func convTranspose(
    _ x: Value, _ name: String, _ from: Int, _ to: Int, _ stride: Int, in g: inout Graph
  )
    throws(Diagnostic) -> Value
  {
    let conv = ConvTranspose(
      strides: [stride], dilations: [1], padding: [(stride + 1) / 2], outputPadding: [0], groups: 1)
    let weight = try kernelWeight(name, [from, to, 2 * stride], in: &g)
    let bias = try g.parameter(Name("\(path(name)).bias"), .f32(Dim(to)))
    return try g.add(conv, [x, weight, bias], name: "up")
  }

  private func snake(_ x: Value, _ node: Name, _ name: String, _ width: Int, in g: inout Graph)
    throws(Diagnostic) -> Value
  {
    var inputs = [x]
    for leaf in ["alpha", "beta"] {
      let stored = layout == .diffusers ? [1, width, 1] : nil
      inputs.append(try g.weight(WeightPlace(Name("\(path(name)).\(leaf)"), storedShape: stored), [width]))
    }
    return try g.add(Snake(), inputs, name: node)
  }

  /// A kernel as direction and norm, or whole where the checkpoint has it so.
  private func kernelWeight(_ name: String, _ shape: [Int], in g: inout Graph) throws(Diagnostic) -> Value {
    let path = path(name)
    guard let (direction, norm) = spelling.leaves else {
      return try g.parameter(Name("\(path).weight"), TensorType(.f32, shape: shape))
    }
    let v = try g.parameter(Name("\(path).\(direction)"), TensorType(.f32, shape: shape))
    let norms = [shape[0]] + Array(repeating: 1, count: shape.count - 1)
    let w = try g.parameter(Name("\(path).\(norm)"), TensorType(.f32, shape: norms))
    let outer = g.scope
    g.scope = ""
    defer { g.scope = outer }
    return try g.add(WeightNorm(), [v, w], name: Name("\(path).weight"))
  }

  private func blueprint(_ g: Graph, ignoring other: String) -> Blueprint {
    var blueprint = Blueprint(g, layout: layout.rawValue)
    blueprint.prefixes = [
      "", "pretransform.model.", "autoencoder.", "diffusion.pretransform.model.", "model.pretransform.model.",
    ]
    blueprint.isIgnored = {
      $0.text.hasPrefix(other) || !$0.text.hasPrefix("encoder.") && !$0.text.hasPrefix("decoder.")
    }
    blueprint.facts = [
      ("latent channels", "\(latentChannels)"), ("samples a latent", "\(ratio)"),
      ("sample rate", "\(sampleRate) Hz"), ("strides", "\(strides)"), ("weights", spelling.rawValue),
    ]
    return blueprint
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ ratio: Int) -> Diagnostic {
    Diagnostic("\(ratio) samples a latent frame is more than can be counted")
  }
  fileprivate static func unevenStrides(_ strides: [Int], _ frames: Dim) -> Diagnostic {
    Diagnostic("strides \(strides) make \(frames) latent frames of L frames of samples, expected L")
  }
}
