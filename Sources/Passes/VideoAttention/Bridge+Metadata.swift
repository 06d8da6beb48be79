package import Tensors

extension Bridge {
  /// The `format` of a bridge file's metadata.
  package static let format = "foley-bridge"
  /// The version written; others are refused.
  package static let version = 1

  /// As stored in the metadata of the bridge's safetensors file, in this order.
  package var metadata: [(key: String, value: String)] {
    [
      ("format", Bridge.format), ("version", "\(Bridge.version)"), ("depth", "\(depth)"),
      ("backbone_dim", widthList), ("video_dim", "\(videoDim)"), ("heads", "\(heads)"),
      ("head_dim", "\(headDim)"), ("adapter", adapter.rawValue), ("adapter_hidden", "\(adapterHidden)"),
      ("bias", "\(bias)"), ("video_norm", "\(videoNorm)"), ("qk_norm", "\(qkNorm)"),
      ("norm_epsilon", "\(normEpsilon)"), ("gate", "\(gate)"), ("rope_base", "\(ropeBase)"),
      ("rope_dims", "\(ropeDims)"), ("rope_style", ropeStyle.rawValue),
      ("position_mode", positions.rawValue), ("seconds_scale", "\(secondsScale)"),
      ("latent_rate", "\(latentRate)"), ("video_rate", "\(videoRate)"),
      ("prepended_tokens", "\(prependedTokens)"), ("pooling", pooling.rawValue), ("scale", "\(scale)"),
    ]
  }

  /// One width where all sites have the same, otherwise that of each site.
  private var widthList: String {
    let list = Set(widths).count == 1 ? widths.prefix(1) : widths[...]
    return list.map(String.init).joined(separator: ",")
  }

  /// The bridge that `metadata` describes; what it does not mention has its default.
  ///
  /// Throws iff it is no bridge of a known version, a width is missing, or a value makes no sense.
  package init(metadata: [String: String]) throws(Diagnostic) {
    let fields = Fields(values: metadata)
    guard metadata["format"] == Bridge.format else { throw .notABridge(metadata["format"]) }
    let version = try fields.integer("version") ?? Bridge.version
    guard version == Bridge.version else { throw .newer(version) }
    self.init(
      widths: try fields.widths("backbone_dim", depth: try fields.width("depth")),
      videoDim: try fields.width("video_dim"), heads: try fields.width("heads"),
      headDim: try fields.width("head_dim"))
    adapter = try fields.word("adapter") ?? adapter
    adapterHidden = try fields.integer("adapter_hidden") ?? adapterHidden
    bias = try fields.bool("bias") ?? bias
    videoNorm = try fields.bool("video_norm") ?? videoNorm
    qkNorm = try fields.bool("qk_norm") ?? qkNorm
    normEpsilon = try fields.real("norm_epsilon") ?? normEpsilon
    gate = try fields.bool("gate") ?? gate
    ropeBase = try fields.real("rope_base") ?? ropeBase
    ropeDims = try fields.integer("rope_dims") ?? ropeDims
    ropeStyle = try fields.word("rope_style") ?? ropeStyle
    positions = try fields.word("position_mode") ?? positions
    secondsScale = try fields.real("seconds_scale") ?? secondsScale
    latentRate = try fields.real("latent_rate") ?? latentRate
    videoRate = try fields.real("video_rate") ?? videoRate
    prependedTokens = try fields.integer("prepended_tokens") ?? prependedTokens
    pooling = try fields.word("pooling") ?? pooling
    scale = try fields.real("scale") ?? scale
    try check()
  }

  /// No width or depth beyond these makes a model.
  fileprivate static let (widest, deepest) = (1 << 20, 4096)

  /// Throws iff a field makes no sense by itself or beside another.
  package func check() throws(Diagnostic) {
    guard (1...Bridge.deepest).contains(depth) else { throw .senseless("depth", "\(depth)") }
    let sizes =
      widths.map { ("backbone_dim", $0) } + [
        ("video_dim", videoDim), ("heads", heads), ("head_dim", headDim), ("adapter_hidden", adapterHidden),
      ]
    for (key, size) in sizes where !(1...Bridge.widest).contains(size) { throw .senseless(key, "\(size)") }
    guard innerDim <= Bridge.widest else { throw .senseless("heads", "\(heads) of \(headDim)") }
    guard ropeDims >= 0, ropeDims <= headDim, ropeDims % 2 == 0 else {
      throw .senseless("rope_dims", "\(ropeDims)")
    }
    guard (0...Bridge.widest).contains(prependedTokens) else {
      throw .senseless("prepended_tokens", "\(prependedTokens)")
    }
    let rates = [
      ("rope_base", ropeBase), ("latent_rate", latentRate), ("video_rate", videoRate),
      ("seconds_scale", secondsScale), ("norm_epsilon", normEpsilon),
    ]
    for (key, rate) in rates where !(rate > 0 && rate.isFinite) { throw .senseless(key, "\(rate)") }
    guard scale.isFinite else { throw .senseless("scale", "\(scale)") }
  }
}

/// Metadata read field by field.
private struct Fields {
  let values: [String: String]

  func width(_ key: String) throws(Diagnostic) -> Int {
    guard let width = try integer(key) else { throw .missing(key) }
    return width
  }
  /// `depth` widths: as many as are listed, or one that holds for all.
  func widths(_ key: String, depth: Int) throws(Diagnostic) -> [Int] {
    guard (1...Bridge.deepest).contains(depth) else { throw .senseless("depth", "\(depth)") }
    let list = try parsed(key) { text in
      let words = text.split(separator: ",", omittingEmptySubsequences: false)
      let widths = words.compactMap { Int($0) }
      return widths.count == words.count ? widths : nil
    }
    guard let list else { throw .missing(key) }
    guard list.count == 1 || list.count == depth else { throw .widths(list.count, depth) }
    return list.count == 1 ? Array(repeating: list[0], count: depth) : list
  }
  func integer(_ key: String) throws(Diagnostic) -> Int? { try parsed(key) { Int($0) } }
  func real(_ key: String) throws(Diagnostic) -> Double? { try parsed(key) { Double($0) } }
  func bool(_ key: String) throws(Diagnostic) -> Bool? { try parsed(key) { Bool($0) } }
  func word<Word: RawRepresentable<String>>(_ key: String) throws(Diagnostic) -> Word? {
    try parsed(key) { Word(rawValue: $0) }
  }

  private func parsed<Field>(_ key: String, _ parse: (String) -> Field?) throws(Diagnostic) -> Field? {
    guard let text = values[key] else { return nil }
    guard let field = parse(text) else { throw .senseless(key, text) }
    return field
  }
}

extension Diagnostic {
  fileprivate static func notABridge(_ format: String?) -> Diagnostic {
    Diagnostic(
      "the file is no bridge: its metadata says format \(format.map { "\"\($0)\"" } ?? "nothing")",
      help: "a bridge file carries format \"\(Bridge.format)\"; `foley assemble` writes a fresh one")
  }
  fileprivate static func newer(_ version: Int) -> Diagnostic {
    Diagnostic("the bridge has version \(version), but version \(Bridge.version) is what is known here")
  }
  fileprivate static func missing(_ key: String) -> Diagnostic {
    Diagnostic("the bridge's metadata lacks \(key)")
  }
  fileprivate static func widths(_ count: Int, _ depth: Int) -> Diagnostic {
    Diagnostic("the bridge's backbone_dim lists \(count) widths, but its depth is \(depth)")
  }
  fileprivate static func senseless(_ key: String, _ value: String) -> Diagnostic {
    Diagnostic("the bridge's \(key) is \(value), which makes no sense")
  }
}
