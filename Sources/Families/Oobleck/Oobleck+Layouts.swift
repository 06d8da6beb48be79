import Tensors

/// How a checkpoint keeps weight-normed kernels.
enum WeightNormSpelling: String, Hashable, Sendable {
  case classic = "weight_g, weight_v"
  case parametrized = "parametrizations.weight.original0, original1"
  case folded = "weight"

  /// The names of direction and norm, or `nil` iff the kernel is stored whole.
  var leaves: (direction: String, norm: String)? {
    switch self {
    case .classic: ("weight_v", "weight_g")
    case .parametrized: ("parametrizations.weight.original1", "parametrizations.weight.original0")
    case .folded: nil
    }
  }
}

extension Oobleck {
  /// The same model with kernels spelled as `keys` have them.
  func spelled(as keys: Set<Name>) -> Oobleck {
    var model = self
    let kernels = keys.lazy.map(\.text).filter { $0.contains("coder.") }
    if kernels.contains(where: { $0.hasSuffix("weight_v") }) { return model }
    if kernels.contains(where: { $0.hasSuffix("parametrizations.weight.original1") }) {
      model.spelling = .parametrized
    } else if kernels.contains(where: { $0.hasSuffix(".weight") }) {
      model.spelling = .folded
    }
    return model
  }

  /// Where the layout keeps the module called `name` in the graph's own words, such as
  /// `decoder.blocks.0.units.2.conv1`.
  func path(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    let coder = parts[0]
    guard parts.count > 2, parts[1] == "blocks", let block = Int(parts[2]) else {
      return "\(coder).\(end(parts[1]))"
    }
    let unit = parts.count > 4 ? Int(parts[4]) : nil
    let leaf = parts[parts.count - 1]
    return layout == .diffusers
      ? "\(coder).block.\(block).\(Self.diffusersPart(coder, unit, leaf))"
      : "\(coder).layers.\(block + 1).layers.\(Self.toolsPart(coder, unit, leaf))"
  }

  /// The module before or behind the blocks.
  private func end(_ name: String) -> String {
    let last = strides.count + 1
    return switch (layout, name) {
    case (.diffusers, "first"): "conv1"
    case (.diffusers, "snake"): "snake1"
    case (.diffusers, _): "conv2"
    case (_, "first"): "layers.0"
    case (_, "snake"): "layers.\(last)"
    default: "layers.\(last + 1)"
    }
  }

  private static func diffusersPart(_ coder: String, _ unit: Int?, _ leaf: String) -> String {
    if let unit { return "res_unit\(unit + 1).\(leaf)" }
    if leaf == "snake" { return "snake1" }
    return coder == "encoder" ? "conv1" : "conv_t1"
  }

  /// A block is a list: the encoder's has its units first, the decoder's last.
  private static func toolsPart(_ coder: String, _ unit: Int?, _ leaf: String) -> String {
    let isEncoder = coder == "encoder"
    if let unit {
      let inside = ["snake1": 0, "conv1": 1, "snake2": 2, "conv2": 3][leaf] ?? 0
      return "\(isEncoder ? unit : unit + 2).layers.\(inside)"
    }
    if leaf == "snake" { return isEncoder ? "3" : "0" }
    return isEncoder ? "4" : "1"
  }
}
