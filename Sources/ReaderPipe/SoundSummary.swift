package import Tensors

/// What decoding a sound brought to light.
package struct SoundSummary: Hashable, Sendable {
  /// Samples a channel that were handed out.
  package var frameCount: Int
  /// Packets and frames that the decoder found damaged.
  package var damaged: Int

  package init(frameCount: Int, damaged: Int) { (self.frameCount, self.damaged) = (frameCount, damaged) }

  package var json: JSON { ["frames": JSON(frameCount), "damaged": JSON(damaged)] }

  /// Throws iff `json` is not what `json` of a summary prints.
  package init(_ json: JSON) throws(Diagnostic) {
    let summary = JSON.Cursor(json, file: "the summary of foley-reader")
    self.init(
      frameCount: try summary.integer("frames", in: 0 ... .max),
      damaged: try summary.integer("damaged", in: 0 ... .max))
  }
}
