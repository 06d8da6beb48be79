import Checkpoints
import Tensors

extension Checkpoint {
  /// The same tensors under the names that `rename` gives; those it gives none are left out.
  func renamed(_ rename: (String) -> String?) throws -> Checkpoint {
    let entries = entries.compactMap { entry in
      rename(entry.name.text).map { entry.named(Name($0)) }
    }
    return try Checkpoint(entries, path: path)
  }

  /// The same tensors with `change` made to those it knows.
  func mapped(_ change: (Entry) throws -> [Entry]) throws -> Checkpoint {
    try Checkpoint(try entries.flatMap(change), path: path)
  }

  /// A stable-audio-tools transformer under the names of diffusers.
  func asDiffusersTransformer() throws -> Checkpoint {
    let words = [
      ("model.model.", ""), ("transformer.layers.", "transformer_blocks."), ("transformer.project_", "proj_"),
      ("to_timestep_embed", "timestep_proj"), ("to_global_embed", "global_proj"),
      ("to_cond_embed", "cross_attention_proj"), ("timestep_features", "time_proj"),
      (".self_attn.", ".attn1."),
      (".cross_attn.", ".attn2."), (".to_out.", ".to_out.0."), (".pre_norm.", ".norm1."),
      (".cross_attend_norm.", ".norm2."), (".ff_norm.", ".norm3."), (".gamma", ".weight"), (".beta", ".bias"),
      (".ff.ff.", ".ff.net."),
    ]
    let renamed = try renamed { name in
      name.hasSuffix("inv_freq") ? nil : words.reduce(name) { $0.replacing($1.0, with: $1.1) }
    }
    return try renamed.mapped { entry in
      if entry.name == "time_proj.weight" {
        return [Entry(entry.name, try entry.tensor.reshaped([entry.type.count ?? 0]))]
      }
      for (fused, parts) in [(".to_qkv.", ["q", "k", "v"]), (".to_kv.", ["k", "v"])]
      where entry.name.text.contains(fused) {
        let rows = try entry.tensor.shape[0] / parts.count
        return try parts.enumerated().map { index, part in
          Entry(
            Name(entry.name.text.replacing(fused, with: ".to_\(part).")),
            try entry.tensor.rows(index * rows..<(index + 1) * rows))
        }
      }
      return [entry]
    }
  }

  /// A stable-audio-tools autoencoder of `depth` blocks under the names of diffusers.
  func asDiffusersAutoencoder(depth: Int) throws -> Checkpoint {
    let units = ["snake1", "conv1", "snake2", "conv2"]
    let blocks = [
      "encoder": ["res_unit1", "res_unit2", "res_unit3", "snake1", "conv1"],
      "decoder": ["snake1", "conv_t1", "res_unit1", "res_unit2", "res_unit3"],
    ]
    return try mapped { entry in
      let parts = entry.name.text.replacing(".layers.", with: ".").split(separator: ".").map(String.init)
      let (side, leaf) = (parts[0], parts[parts.count - 1])
      let path = parts[1..<parts.count - 1].compactMap { Int($0) }
      var words = [side]
      if (1...depth).contains(path[0]) {
        words += ["block.\(path[0] - 1)", blocks[side]?[path[1]] ?? ""] + path.dropFirst(2).map { units[$0] }
      } else {
        words.append(path[0] == 0 ? "conv1" : path[0] == depth + 1 ? "snake1" : "conv2")
      }
      let isSnake = leaf == "alpha" || leaf == "beta"
      let tensor = isSnake ? try entry.tensor.reshaped([1, entry.type.count ?? 0, 1]) : try entry.tensor
      return [Entry(Name((words + [leaf]).joined(separator: ".")), tensor)]
    }
  }

  /// An autoencoder whose kernels are stored whole.
  func withFoldedNorms() throws -> Checkpoint {
    try mapped { entry in
      guard entry.name.text.hasSuffix("weight_v") else {
        return entry.name.text.hasSuffix("weight_g") ? [] : [entry]
      }
      let norms = try tensor(Name(entry.name.text.dropLast() + "g")).reals()
      let values = try entry.tensor.reals()
      let size = values.count / norms.count
      var folded: [Double] = []
      for (row, norm) in norms.enumerated() {
        let part = values[row * size..<(row + 1) * size]
        let length = part.reduce(0) { $0 + $1 * $1 }.squareRoot()
        folded += part.map { $0 / length * norm }
      }
      return [Entry(Name(String(entry.name.text.dropLast(2))), try Tensor(reals: folded, as: entry.type))]
    }
  }
}
