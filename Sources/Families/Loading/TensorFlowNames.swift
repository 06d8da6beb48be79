import Checkpoints
import Tensors

/// The names that transformers gives variables in TensorFlow, read as those of the same model in PyTorch.
///
///     encoder/tf_t5model/encoder/block_._0/layer_._0/SelfAttention/q/kernel:0
///     -> encoder.block.0.layer.0.SelfAttention.q.weight, transposed
///
/// What stands before the model's own parts (the Keras layer, the model's name) is dropped, and so is `:0`;
/// `_._` separates a list from the place in it, `a___b` is `b`; `kernel` is a `weight` that lies transposed,
/// `embeddings` and `gamma` are a `weight`, `beta` is a `bias`.
///
/// Source: `transformers/modeling_tf_pytorch_utils.py` (v4), `convert_tf_weight_name_to_pt_weight_name`.
struct TensorFlowNames {
  /// The first components of the names in PyTorch.
  let parts: Set<String>

  /// The tensors of `checkpoint` under PyTorch's names, or `nil` iff none of its names is a variable's.
  ///
  /// A variable that a file holds in several layers is taken from the first. Throws iff a kernel has another
  /// rank than two.
  func translate(_ checkpoint: Checkpoint) throws(Diagnostic) -> Checkpoint? {
    guard checkpoint.entries.contains(where: { $0.name.text.hasSuffix(":0") }) else { return nil }
    var entries: [Checkpoint.Entry] = []
    var seen: Set<Name> = []
    for entry in checkpoint.entries {
      let (name, isTransposed) = translate(entry.name)
      guard seen.insert(name).inserted else { continue }
      entries.append(isTransposed ? try entry.transposed(name, checkpoint) : entry.named(name))
    }
    return try Checkpoint(
      entries, metadata: checkpoint.metadata, path: checkpoint.path, notes: checkpoint.notes)
  }

  private func translate(_ name: Name) -> (name: Name, isTransposed: Bool) {
    guard name.text.hasSuffix(":0") else { return (name, false) }
    var words = name.text.dropLast(2).replacing("_._", with: "/").split(separator: "/").map { word in
      String(word.split(separator: "___", maxSplits: 1).last ?? word)
    }
    if let start = words.lastIndex(where: parts.contains) { words.removeFirst(start) }
    let leaf = words.popLast() ?? ""
    let leaves = ["kernel": "weight", "embeddings": "weight", "gamma": "weight", "beta": "bias"]
    return (Name((words + [leaves[leaf] ?? leaf]).joined(separator: ".")), leaf == "kernel")
  }
}

extension Checkpoint.Entry {
  /// The matrix with rows and columns exchanged, made when it is asked for.
  fileprivate func transposed(_ name: Name, _ checkpoint: Checkpoint) throws(Diagnostic) -> Self {
    guard type.rank == 2, let columns = type.dims.last, let rows = type.dims.first else {
      throw .noMatrix(self, checkpoint.path)
    }
    return Self(name, TensorType(type.element, [columns, rows])) { () throws(Diagnostic) in
      try self.tensor.transposed()
    }
  }
}

extension Diagnostic {
  fileprivate static func noMatrix(_ entry: Checkpoint.Entry, _ path: String) -> Diagnostic {
    Diagnostic("tensor \(entry.name.quoted) is \(entry.type); expected a matrix, as kernels are", at: path)
  }
}
