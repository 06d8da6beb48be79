package import Tensors

extension VJEPA2 {
  /// Throws iff a size is missing or makes no sense, or an option is on that no published size uses.
  package init(_ json: JSON.Cursor) throws(Diagnostic) {
    let sizes = 1...65536
    width = try json.integer("hidden_size", in: sizes)
    depth = try json.integer("num_hidden_layers", in: 1...4096)
    heads = try json.integer("num_attention_heads", in: sizes)
    patch = try json.integer("patch_size", in: sizes, default: 16)
    tubelet = try json.integer("tubelet_size", in: 1...64, default: 2)
    crop = try json.integer("crop_size", in: sizes, default: 256)
    colours = try json.integer("in_chans", in: 1...16, default: 3)
    framesPerClip = try json.integer("frames_per_clip", in: 1...65536, default: 64)
    epsilon = try json.real("layer_norm_eps", default: 1e-6)
    biased = try json.bool("qkv_bias", default: true)
    let ratio = try json.real("mlp_ratio", default: 4)
    activation = try json.choice("hidden_act", default: .gelu)
    guard ratio > 0, ratio < 1024 else { throw .unsupported("mlp_ratio", "\(ratio)", "0 to 1024", json) }
    // 48/11 of 1408 is 6144 and must not be cut to 6143.
    let exact = Double(width) * ratio
    feedWidth = Int(abs(exact - exact.rounded()) < 1e-3 ? exact.rounded() : exact.rounded(.down))
    guard width % heads == 0, width / heads >= 6 else {
      throw .unsupported(
        "num_attention_heads", "\(heads)", "a divisor of \(width) with 6 dims a head or more", json)
    }
    guard crop % patch == 0 else {
      throw .unsupported("crop_size", "\(crop)", "a multiple of the patch, \(patch)", json)
    }
    version = try Self.version(json, patch: patch)
  }

  /// 2.1 iff its three options are on, which upstream releases together.
  private static func version(_ json: JSON.Cursor, patch: Int) throws(Diagnostic) -> Version {
    let keys: [Name] = ["use_rope_interleave", "interpolate_rope", "use_modality_embeddings"]
    var on: [Name] = []
    for key in keys where try json.boolIfPresent(key) ?? false { on.append(key) }
    guard !on.isEmpty else { return .two }
    guard on == keys else { throw .halfVersion(on, keys, json) }
    guard let rows = [14: 18, 16: 16][patch] else {
      throw .unsupported("patch_size", "\(patch)", "14 or 16", json)
    }
    return .twoOne(span: Double(rows - 1))
  }
}

extension Diagnostic {
  fileprivate static func unsupported(_ key: String, _ value: String, _ known: String, _ json: JSON.Cursor)
    -> Diagnostic
  {
    Diagnostic("\(key) is \(value), but only \(known) is known here", at: json.site)
  }
  fileprivate static func halfVersion(_ on: [Name], _ all: [Name], _ json: JSON.Cursor) -> Diagnostic {
    let (some, every) = (on.map(\.text).joined(separator: ", "), all.map(\.text).joined(separator: ", "))
    return Diagnostic(
      "of the options of V-JEPA 2.1 only \(some) is on, expected all or none of \(every)", at: json.site)
  }
}
