import Checkpoints
import Families
import Glibc
import Tensors

extension Conversion {
  /// The directory of `source` again, with the tensors of its checkpoints in another type or in other shards.
  mutating func mirror(_ source: ModelSource, _ component: String?, _ request: ConversionRequest)
    throws(Diagnostic)
  {
    guard component == nil else { throw .partOfDirectory(source, request.output) }
    let root = FileKind.isDirectory(source.path) ? source.path : source.path.folder
    var placed: Set<String> = []
    for checkpoint in try source.checkpoints(nil) {
      let folder = try place(of: checkpoint.path.folder, below: root, in: request.output)
      let stem = checkpoint.stem
      files += OutputFile.shards(
        of: request.cast(checkpoint.entries.map { TensorDraft($0) }), in: folder, stem: stem,
        shardSize: request.shardSize)
      placed.insert(folder)
    }
    folders = [request.output]
    try copy(root, to: request.output, request, depth: 0)
    for part in source.parts {
      let path = FileKind.isDirectory(part.weights) ? part.weights : part.weights.folder
      try pair(
        part, source, component: part.component, at: try place(of: path, below: root, in: request.output))
    }
  }

  /// Copies the small files of `folder` that are no weights, and those of the folders in it.
  private mutating func copy(_ folder: String, to target: String, _ request: ConversionRequest, depth: Int)
    throws(Diagnostic)
  {
    for name in try DirectoryListing.names(in: folder) where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      if FileKind.isDirectory(path) {
        guard depth == 0 else { continue }
        folders.append("\(target)/\(name)")
        try copy(path, to: "\(target)/\(name)", request, depth: depth + 1)
      } else if !FileKind.isWeights(name), FileKind.isSmall(path) {
        if name == "config.json", request.element != nil {
          let json = try JSON.load(path: path).value
          files.append(OutputFile("\(target)/\(name)", .text(request.typed(json).text)))
        } else {
          files.append(OutputFile("\(target)/\(name)", .copy(of: path)))
        }
      }
    }
  }

  /// The counterpart of `folder`. Throws iff that does not lie in `root`.
  private func place(of folder: String, below root: String, in output: String) throws(Diagnostic) -> String {
    if folder == root { return output }
    guard folder.hasPrefix(root + "/") else { throw .elsewhere(folder, root) }
    return output + folder.dropFirst(root.count)
  }
}

/// What a file is.
package enum FileKind {
  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether the name is that of a file of weights, of whatever library.
  static func isWeights(_ name: String) -> Bool {
    [
      ".safetensors", ".index.json", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".onnx_data",
      ".npz", ".npy", ".gguf",
    ].contains { name.hasSuffix($0) }
  }

  /// Configurations, tokenizers and texts are; what is larger is something else.
  static func isSmall(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size <= 64 << 20
  }
}

extension Diagnostic {
  fileprivate static func partOfDirectory(_ source: ModelSource, _ output: String) -> Diagnostic {
    Diagnostic(
      "a component of \(source.path) has no directory of its own in this layout", at: output,
      help: "write a file, or choose a layout with --layout", kind: .usage)
  }
  fileprivate static func elsewhere(_ folder: String, _ root: String) -> Diagnostic {
    Diagnostic(
      "the weights in \(folder) do not lie in \(root)", help: "pass their own directory", kind: .usage)
  }
}
