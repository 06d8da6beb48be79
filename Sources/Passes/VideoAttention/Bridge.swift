/// The configuration of the video cross-attention: every choice the paper leaves open is a field, and each
/// is written into the metadata of the bridge's file, since a bridge trained under one is useless under
/// another.
///
/// Source: Foley Control (2025), section 3; the defaults are the literal reading of the text with Stable
/// Audio's habits where it says nothing.
package struct Bridge: Hashable, Sendable {
  /// Width of the backbone's stream at each site, in the order of the sites.
  package var widths: [Int]
  /// Width of the video tokens.
  package var videoDim: Int
  package var heads: Int
  package var headDim: Int

  /// The MLP on the video path: Linear, GELU, Linear, added back to its input.
  package var adapter: Adapter = .perBlock
  package var adapterHidden: Int
  /// Whether the linear maps of the attention carry biases.
  package var bias = false
  /// Whether video tokens are normalised before keys and values.
  package var videoNorm = false
  /// Whether queries and keys are normalised over the head dim.
  package var qkNorm = false
  package var normEpsilon = 1e-5
  /// Whether each block has a scalar gate.
  package var gate = true

  package var ropeBase = 10000.0
  /// Leading dims of each head that rotate; 0 leaves positions out.
  package var ropeDims: Int
  package var ropeStyle: RotaryStyle = .half
  package var positions: Positions = .index
  /// What `seconds` positions are multiplied by, in positions per second.
  package var secondsScale = 44100.0 / 2048
  /// Latent frames per second (Hz).
  package var latentRate = 44100.0 / 2048
  /// Video frames the encoder sees as one, per second (Hz).
  package var videoRate = 8.0
  /// Tokens of the stream that stand before the first latent frame.
  package var prependedTokens = 1

  package var pooling: Pooling = .frame
  /// What the bridge's output is multiplied by when the caller says nothing.
  package var scale = 1.0

  package init(widths: [Int], videoDim: Int, heads: Int, headDim: Int) {
    (self.widths, self.videoDim) = (widths, videoDim)
    (self.heads, self.headDim) = (heads, headDim)
    (adapterHidden, ropeDims) = (videoDim, headDim)
  }

  /// A bridge for `depth` sites of one width.
  package init(depth: Int, backboneDim: Int, videoDim: Int, heads: Int, headDim: Int) {
    let widths = Array(repeating: backboneDim, count: depth)
    self.init(widths: widths, videoDim: videoDim, heads: heads, headDim: headDim)
  }

  /// A bridge with as many heads of 64 as fill the narrowest site, or with one head of its width.
  package init(widths: [Int], videoDim: Int) {
    let narrowest = widths.min() ?? 0
    let headDim = narrowest % 64 == 0 ? max(1, min(narrowest, 64)) : narrowest
    self.init(
      widths: widths, videoDim: videoDim, heads: max(1, narrowest / headDim), headDim: headDim)
  }

  /// Sites of the backbone: a block of the bridge each.
  package var depth: Int { widths.count }
  /// Width of queries, keys and values.
  package var innerDim: Int { heads * headDim }

  package enum Adapter: String, Hashable, Sendable, CaseIterable {
    case none
    case perBlock = "per-block"
    case shared
  }

  package enum RotaryStyle: String, Hashable, Sendable, CaseIterable {
    /// Dim `i` turns with dim `i + dims/2`.
    case half
    /// Dim `2i` turns with dim `2i + 1`.
    case interleaved
  }

  /// Where on the axis of rotation audio and video tokens stand. A site counts the tokens of its own stream,
  /// `[B, N, d]`, as they lie: those of a picture row by row.
  package enum Positions: String, Hashable, Sendable, CaseIterable {
    /// Each modality counts its own tokens; a prepended token counts.
    case index
    /// Video positions are stretched to the latents' count; the first latent is 0. Where the sites of a U-Net
    /// have fewer and fewer tokens, each stretches the video to its own.
    case ratio
    /// Both stand at their time, times `secondsScale`; the first latent is 0. Every site must have as many
    /// tokens as the others: there is one rate.
    case seconds
  }

  /// How many tokens stand for one encoded video frame.
  package enum Pooling: String, Hashable, Sendable, CaseIterable {
    case frame, grid8, grid16

    /// Side of the pooled grid, in tokens.
    package var side: Int {
      switch self {
      case .frame: 1
      case .grid8: 8
      case .grid16: 16
      }
    }
    package var tokensPerFrame: Int { side * side }
  }
}
