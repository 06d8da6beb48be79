package import Tensors

/// What decoding a video brought to light.
package struct VideoSummary: Hashable, Sendable {
  /// Frames handed out.
  package var frameCount: Int
  /// Seconds from the first frame to the end of the last; `nil` iff decoding stopped before the end.
  package var end: Double?
  /// Packets and frames that the decoder found damaged; their pictures may show it.
  package var damaged: Int

  package init(frameCount: Int, end: Double?, damaged: Int) {
    (self.frameCount, self.end, self.damaged) = (frameCount, end, damaged)
  }

  package var json: JSON {
    ["frames": JSON(frameCount), "end": end.map { JSON($0) } ?? nil, "damaged": JSON(damaged)]
  }

  /// Throws iff `json` is not what `json` of a summary prints.
  package init(_ json: JSON) throws(Diagnostic) {
    let summary = JSON.Cursor(json, file: "the summary of foley-reader")
    self.init(
      frameCount: try summary.integer("frames", in: 0 ... .max), end: try summary.realIfPresent("end"),
      damaged: try summary.integer("damaged", in: 0 ... .max))
  }
}
