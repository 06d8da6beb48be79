import Checkpoints
import Tensors

/// The names that transformers gives variables in TensorFlow, and those of the same model in PyTorch.
///
///     encoder/tft5_encoder_model/encoder/block_._0/layer_._0/SelfAttention/q/kernel:0
///     encoder.block.0.layer.0.SelfAttention.q.weight, transposed
///
/// Before the model's own parts stand the Keras layer, which is the first of them, and a scope, which is the model's
/// name; `_._` separates a list from the place in it, `a___b` is `b`; `kernel` is a `weight` that lies transposed,
/// `embeddings` and `gamma` are a `weight`, `beta` is a `bias`.
///
/// Source: `transformers/modeling_tf_pytorch_utils.py` (v4), `convert_tf_weight_name_to_pt_weight_name`.
struct TensorFlowNames: Sendable {
  /// The first components of the names in PyTorch.
  let parts: Set<String>
  /// What variables begin with: the name that Keras makes of the model's class.
  let scope: String
  /// Parts with a scope of their own that several layers share.
  let shared: [String: (scope: String, layers: [String])]
  /// How the `weight` of a module is called, by the module's name; those of others are kernels.
  let variables: [String: String]

  /// Names of variables that PyTorch calls otherwise.
  private static let spellings = [
    "kernel": "weight", "embeddings": "weight", "gamma": "weight", "beta": "bias",
  ]
  /// What lies with rows and columns exchanged.
  private static let transposed = "kernel"

  /// The tensors of `checkpoint` under PyTorch's names, or `nil` iff none of its names is a variable's.
  ///
  /// A variable that a file holds in several layers is taken from the first. Throws iff a kernel has another
  /// rank than two.
  func toPyTorch(_ checkpoint: Checkpoint) throws(Diagnostic) -> Checkpoint? {
    guard checkpoint.entries.contains(where: { $0.name.text.hasSuffix(":0") }) else { return nil }
    var entries: [Checkpoint.Entry] = []
    var seen: Set<Name> = []
    for entry in checkpoint.entries {
      let (name, isTransposed) = toPyTorch(entry.name)
      guard seen.insert(name).inserted else { continue }
      guard isTransposed else {
        entries.append(entry.named(name))
        continue
      }
      guard entry.type.rank == 2 else { throw .noMatrix(entry, checkpoint.path) }
      entries.append(try TensorDraft(entry).transposed(name))
    }
    return try Checkpoint(
      entries, metadata: checkpoint.metadata, path: checkpoint.path, notes: checkpoint.notes)
  }

  private func toPyTorch(_ name: Name) -> (name: Name, isTransposed: Bool) {
    guard name.text.hasSuffix(":0") else { return (name, false) }
    var words = name.text.dropLast(2).replacing("_._", with: "/").split(separator: "/").map { word in
      String(word.split(separator: "___", maxSplits: 1).last ?? word)
    }
    if let start = words.lastIndex(where: parts.contains) { words.removeFirst(start) }
    let leaf = words.popLast() ?? ""
    return (Name((words + [Self.spellings[leaf] ?? leaf]).joined(separator: ".")), leaf == Self.transposed)
  }

  /// The variable that holds what PyTorch's tensor `draft` holds, once for each layer that lists it.
  func toTensorFlow(_ draft: TensorDraft) throws(Diagnostic) -> [TensorDraft] {
    var words = draft.name.text.split(separator: ".").map(String.init)
    guard words.popLast() == "weight", let module = words.last else { throw .noVariable(draft.name) }
    let variable = variables[module] ?? Self.transposed
    let path = words.dropFirst().reduce(words[0]) { path, word in
      UInt(word) == nil ? "\(path)/\(word)" : "\(path)_._\(word)"
    }
    let (scope, layers) = shared[words[0]] ?? (scope, [words[0]])
    var drafts: [TensorDraft] = []
    for layer in layers {
      let name = Name("\(layer)/\(scope)/\(path)/\(variable):0")
      drafts.append(
        variable == Self.transposed ? TensorDraft(try draft.transposed(name)) : draft.renamed(name))
    }
    return drafts
  }
}

extension Diagnostic {
  fileprivate static func noMatrix(_ entry: Checkpoint.Entry, _ path: String) -> Diagnostic {
    Diagnostic("tensor \(entry.name.quoted) is \(entry.type); expected a matrix, as kernels are", at: path)
  }
  fileprivate static func noVariable(_ name: Name) -> Diagnostic {
    Diagnostic("tensor \(name.quoted) has no counterpart in TensorFlow; expected the weight of a module")
  }
}
