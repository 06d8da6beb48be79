package import Checkpoints
package import ONNX
import Tensors

/// A file that a conversion writes.
package struct OutputFile: Sendable {
  package let path: String
  package let content: Content

  package enum Content: Sendable {
    /// Tensors, in the format of the path's extension.
    case tensors([TensorDraft])
    /// A model of ONNX; large tensors go into a file of their own beside it.
    case model(ModelProto)
    /// A configuration, an index, a graph.
    case text(String)
    /// The bytes of the file at that path.
    case copy(of: String)
  }

  package init(_ path: String, _ content: Content) { (self.path, self.content) = (path, content) }

  package var drafts: [TensorDraft] {
    switch content {
    case .tensors(let drafts): drafts
    case .model(let model): model.drafts
    case .text, .copy: []
    }
  }

  /// Files of `drafts` in `folder`: `stem.safetensors` or of another `format`, or shards of at most `shardSize`
  /// bytes of tensors with their index, as transformers and diffusers read them.
  ///
  /// A tensor larger than `shardSize` has a shard of its own.
  package static func shards(
    of drafts: [TensorDraft], in folder: String, stem: String, format: TensorFormat = .safetensors,
    shardSize: Int?
  ) -> [OutputFile] {
    var shards: [[TensorDraft]] = []
    var size = 0
    for draft in drafts {
      if let shardSize, !shards.isEmpty, size + draft.byteCount <= shardSize {
        shards[shards.count - 1].append(draft)
        size += draft.byteCount
      } else if shardSize == nil, !shards.isEmpty {
        shards[0].append(draft)
      } else {
        shards.append([draft])
        size = draft.byteCount
      }
    }
    guard shards.count > 1 else {
      return [OutputFile("\(folder)/\(stem).\(format.rawValue)", .tensors(drafts))]
    }
    var map = JSON.Object()
    var files: [OutputFile] = []
    for (index, shard) in shards.enumerated() {
      let name = "\(stem)-\(padded(index + 1))-of-\(padded(shards.count)).\(format.rawValue)"
      for draft in shard { map[draft.name] = JSON(name) }
      files.append(OutputFile("\(folder)/\(name)", .tensors(shard)))
    }
    let total = drafts.reduce(0) { $0 + $1.byteCount }
    let index: JSON = ["metadata": ["total_size": JSON(total)], "weight_map": .object(map)]
    return files
      + [
        OutputFile(
          "\(folder)/\(stem).\(format.rawValue).index.json", .text(index.printed(pretty: true) + "\n"))
      ]
  }

  private static func padded(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
  }
}
