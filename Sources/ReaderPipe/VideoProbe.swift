package import Tensors

/// What a video file states about itself. Nothing of it has been checked by decoding.
package struct VideoProbe: Hashable, Sendable {
  /// Pixels as displayed, after rotation.
  package var width: Int
  package var height: Int
  /// Clockwise degrees from the stored to the displayed picture: 0, 90, 180 or 270.
  package var rotation: Int
  /// Whether the stored picture is flipped left to right before it is rotated.
  package var isMirrored: Bool
  /// Seconds; `nil` iff unknown.
  package var duration: Double?
  /// `nil` iff unknown.
  package var frameCount: Int?
  /// Average frames a second; `nil` iff unknown. Frames need not be evenly spaced.
  package var framesPerSecond: Double?
  package var hasAudio: Bool
  /// libav's names, such as `h264` and `mov,mp4,m4a,3gp,3g2,mj2`.
  package var codec: String
  package var container: String

  package init(
    width: Int, height: Int, rotation: Int, isMirrored: Bool, duration: Double?, frameCount: Int?,
    framesPerSecond: Double?, hasAudio: Bool, codec: String, container: String
  ) {
    (self.width, self.height) = (width, height)
    (self.rotation, self.isMirrored) = (rotation, isMirrored)
    (self.duration, self.frameCount) = (duration, frameCount)
    (self.framesPerSecond, self.hasAudio) = (framesPerSecond, hasAudio)
    (self.codec, self.container) = (codec, container)
  }
}

extension VideoProbe {
  package var json: JSON {
    [
      "width": JSON(width), "height": JSON(height), "rotation": JSON(rotation), "mirrored": JSON(isMirrored),
      "duration": duration.map { JSON($0) } ?? nil, "frames": frameCount.map { JSON($0) } ?? nil,
      "fps": framesPerSecond.map { JSON($0) } ?? nil, "audio": JSON(hasAudio), "codec": JSON(codec),
      "container": JSON(container),
    ]
  }

  /// Throws iff `json` is not what `json` of a probe prints.
  package init(_ json: JSON) throws(Diagnostic) {
    let probe = JSON.Cursor(json, file: "the probe of foley-reader")
    let side = 1...Int(UInt16.max)
    self.init(
      width: try probe.integer("width", in: side), height: try probe.integer("height", in: side),
      rotation: try probe.integer("rotation", in: 0...270), isMirrored: try probe.bool("mirrored"),
      duration: try probe.realIfPresent("duration"),
      frameCount: try probe.integerIfPresent("frames", in: 0 ... .max),
      framesPerSecond: try probe.realIfPresent("fps"), hasAudio: try probe.bool("audio"),
      codec: try probe.string("codec"), container: try probe.string("container"))
  }
}
