import ArgumentParser
import Passes

/// The choices of a fresh bridge.
struct BridgeOptions: ParsableArguments {
  @Option(help: "Attention heads.")
  var heads: Int?

  @Option(help: "Width of a head.")
  var headDim: Int?

  @Option(help: "The MLP on the video path.")
  var adapter: Bridge.Adapter?

  @Option(help: "Hidden width of the adapter; that of the video tokens by default.")
  var adapterHidden: Int?

  @Option(help: "Where audio and video tokens stand on the axis of rotation.")
  var positions: Bridge.Positions?

  @Option(help: "Tokens an encoded frame.")
  var pooling: Bridge.Pooling?

  @Option(help: "Dims of a head that rotate; all by default, 0 for none.")
  var ropeDims: Int?

  @Option(help: "Which dims rotate together.")
  var ropeStyle: Bridge.RotaryStyle?

  @Flag(help: "Give the attention's linear maps biases.")
  var bias = false

  @Flag(help: "Normalise the video tokens before keys and values.")
  var videoNorm = false

  @Flag(help: "Normalise queries and keys over the head.")
  var qkNorm = false

  @Flag(name: .customLong("no-gate"), help: "Leave out the scalar gate of each block.")
  var isUngated = false

  @Option(name: .customLong("bridge-seed"), help: "Seeds the weights.")
  var seed: UInt64 = 0

  /// Whether anything was asked for.
  var isGiven: Bool {
    heads != nil || headDim != nil || adapter != nil || adapterHidden != nil || positions != nil
      || pooling != nil
      || ropeDims != nil || ropeStyle != nil || bias || videoNorm || qkNorm || isUngated || seed != 0
  }

  func apply(to bridge: inout Bridge) {
    bridge.heads = heads ?? bridge.heads
    if let headDim { (bridge.headDim, bridge.ropeDims) = (headDim, headDim) }
    bridge.ropeDims = ropeDims ?? bridge.ropeDims
    bridge.adapter = adapter ?? bridge.adapter
    bridge.adapterHidden = adapterHidden ?? bridge.adapterHidden
    bridge.positions = positions ?? bridge.positions
    bridge.pooling = pooling ?? bridge.pooling
    bridge.ropeStyle = ropeStyle ?? bridge.ropeStyle
    (bridge.bias, bridge.videoNorm, bridge.qkNorm, bridge.gate) = (bias, videoNorm, qkNorm, !isUngated)
  }
}

extension Bridge.Adapter: ExpressibleByArgument {}
extension Bridge.Positions: ExpressibleByArgument {}
extension Bridge.Pooling: ExpressibleByArgument {}
extension Bridge.RotaryStyle: ExpressibleByArgument {}
