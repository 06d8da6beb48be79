import Tensors

extension Layout {
  /// The encoder in the layouts of `VJEPA2.Layout`. The original files come without a configuration: that of
  /// transformers serves both.
  static let vJEPA2: [Layout] = [
    .transformers("transformers", "video_encoder") { (source, _) throws(Diagnostic) in
      let model = try VJEPA2(source.json)
      guard model.version == .two else { throw .onlyFacebook(source.json) }
      return LaidOut(
        blueprints: [("video_encoder", try model.blueprint(.transformers))], configuration: source.json.value)
    },
    .transformers("facebook", "video_encoder") { (source, _) throws(Diagnostic) in
      let model = try VJEPA2(source.json)
      return LaidOut(
        blueprints: [("video_encoder", try model.blueprint(.facebook))], configuration: source.json.value)
    },
  ]
}

extension Diagnostic {
  fileprivate static func onlyFacebook(_ json: JSON.Cursor) -> Diagnostic {
    Diagnostic(
      "transformers has no V-JEPA 2.1; expected V-JEPA 2", at: json.site, help: "keep the facebook layout")
  }
}
