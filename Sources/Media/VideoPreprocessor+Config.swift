package import Tensors

extension VideoPreprocessor {
  /// The preprocessing that `video_preprocessor_config.json` of a V-JEPA 2 directory states.
  ///
  /// Read as `VJEPA2VideoProcessor` does: the shorter side follows from `crop_size` (times 256/224, rounded
  /// down), whatever `size` says.
  package init(_ config: JSON.Cursor) throws(Diagnostic) {
    let side = 1...16384
    var size = Size(height: 256, width: 256)
    if let edge = try? config.integerIfPresent("crop_size", in: side) {
      size = Size(height: edge, width: edge)
    } else if let crop = try config.objectIfPresent("crop_size") {
      let height = try crop.integer("height", in: side)
      size = Size(height: height, width: try crop.integer("width", in: side, default: height))
    }
    self.init(crop: size.height)
    crop = try config.bool("do_center_crop", default: true) ? size : nil
    if !(try config.bool("do_resize", default: true)) { shortestEdge = nil }
    rescaleFactor =
      try config.bool("do_rescale", default: true)
      ? try config.real("rescale_factor", default: 1 / 255) : nil
    normalization =
      try config.bool("do_normalize", default: true)
      ? Normalization(
        mean: try config.colours("image_mean") ?? [0.485, 0.456, 0.406],
        std: try config.colours("image_std") ?? [0.229, 0.224, 0.225]) : nil
    let resample = try config.integer("resample", default: 2)
    guard resample == 2 else { throw .resample(resample, config.site) }
    guard rescaleFactor != 0, normalization?.std.contains(0) != true else { throw .zero(config.site) }
  }
}

extension JSON.Cursor {
  /// Three numbers, or `nil` iff the key is absent.
  fileprivate func colours(_ key: Name) throws(Diagnostic) -> [Float]? {
    guard try find([key]) != nil else { return nil }
    let values = try reals(key)
    guard values.count == 3 else { throw .colours(key, values.count, site) }
    return values.map(Float.init)
  }
}

extension Diagnostic {
  fileprivate static func resample(_ value: Int, _ site: String) -> Diagnostic {
    Diagnostic("resample is \(value); expected 2 (bilinear), the only one V-JEPA 2 uses", at: site)
  }
  fileprivate static func colours(_ key: Name, _ count: Int, _ site: String) -> Diagnostic {
    Diagnostic("\(key) has \(count) numbers; expected 3, for red, green and blue", at: site)
  }
  fileprivate static func zero(_ site: String) -> Diagnostic {
    Diagnostic("rescale_factor or a number of image_std is 0; expected a divisor", at: site)
  }
}
