package import Checkpoints
package import Tensors

extension Conversion {
  /// All tensors of `checkpoint` in another file or type.
  package init(_ checkpoint: Checkpoint, _ request: ConversionRequest) throws(Diagnostic) {
    self.init()
    guard request.layout == nil else { throw .unconfigured(checkpoint.path) }
    carry(checkpoint)
    let drafts = request.cast(checkpoint.entries.map { TensorDraft($0) })
    if request.isDirectory {
      folders = [request.output]
      files = OutputFile.shards(
        of: drafts, in: request.output, stem: checkpoint.stem, shardSize: request.shardSize)
    } else {
      files = [OutputFile(request.output, .tensors(drafts))]
    }
  }

  /// Takes over what `checkpoint` says of itself, and its licence where that lies beside it.
  mutating func carry(_ checkpoint: Checkpoint) {
    for (key, value) in checkpoint.metadata where !metadata.contains(where: { $0.key == key }) {
      metadata.append((key, value))
    }
    if let before = checkpoint.metadata("foley.sources"), let json = try? JSON(parsing: Array(before.utf8)) {
      for file in Set(checkpoint.entries.compactMap(\.file?.path)) { origins[file] = json }
    }
    if !metadata.contains(where: { $0.key == "license" }),
      let licence = Licence.beside(checkpoint.entries.first?.file?.path ?? checkpoint.path)
    {
      metadata.append(("license", licence))
    }
  }
}

extension Checkpoint {
  /// The file's name without its extension, its number and that of an index.
  var stem: String {
    var name = path.lastComponent
    for suffix in [".index.json", ".safetensors", ".h5", ".hdf5", ".npz", ".npy"] where name.hasSuffix(suffix)
    {
      name.removeLast(suffix.count)
    }
    return name
  }
}

extension Diagnostic {
  fileprivate static func unconfigured(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) does not say which model it is, so that it has no layout to change", at: path,
      help: "pass its directory, or the configuration with --config", kind: .usage)
  }
}
