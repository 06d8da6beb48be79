import Glibc
package import Tensors

extension Checkpoint {
  /// The checkpoint at `path`: a `.safetensors` or `.h5` file, the `.index.json` of a sharded one, or a
  /// directory that holds one of them under a name of the ecosystem, or just one such file; NumPy's `.npz` and
  /// `.npy` too. In a directory, safetensors come first.
  ///
  /// Reads headers only. Throws iff there is no such thing, or it breaks a rule of its format.
  package static func open(path: String) throws(Diagnostic) -> Checkpoint {
    let path = try isDirectory(path) ? find(in: path) : path
    if path.hasSuffix(".index.json") { return try ShardIndex.open(path) }
    if path.hasSuffix(".npz") { return try NPZ.open(path) }
    if path.hasSuffix(".npy") { return try NPZ.openArray(path) }
    if path.hasSuffix(".h5") || path.hasSuffix(".hdf5") { return try HDF5.open(path) }
    return try Safetensors.open(path)
  }

  private static let usualNames = [
    "model.safetensors", "model.safetensors.index.json", "diffusion_pytorch_model.safetensors",
    "diffusion_pytorch_model.safetensors.index.json", "tf_model.h5", "tf_model.h5.index.json",
  ]

  private static func isDirectory(_ path: String) throws(Diagnostic) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("open", path, errno, kind: .noInput) }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  private static func find(in directory: String) throws(Diagnostic) -> String {
    let names = try DirectoryListing.names(in: directory)
    let folder = directory.hasSuffix("/") ? directory : directory + "/"
    if let name = usualNames.first(where: names.contains) { return folder + name }
    for ending in [".safetensors", ".h5"] {
      let files = names.filter { $0.hasSuffix(ending) }
      guard let file = files.first else { continue }
      guard files.count == 1 else { throw .severalCheckpoints(directory, files, ending) }
      return folder + file
    }
    throw .noCheckpoint(directory, names)
  }
}

extension Diagnostic {
  fileprivate static func noCheckpoint(_ directory: String, _ names: [String]) -> Diagnostic {
    let others = names.filter { name in [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) } }
    return Diagnostic(
      "directory \(directory) holds no .safetensors and no .h5 file", at: directory,
      note: others.first.map {
        "it holds \(Name($0).quoted), a pickle, which can run code and is not opened"
      },
      help: others.isEmpty ? nil : "save the model as safetensors", kind: .noInput)
  }
  fileprivate static func severalCheckpoints(_ directory: String, _ files: [String], _ ending: String)
    -> Diagnostic
  {
    Diagnostic(
      "directory \(directory) holds \(files.count) \(ending) files and none has a usual name",
      at: directory,
      note: files.prefix(8).map { Name($0).quoted }.joined(separator: ", "), help: "pass the file to open",
      kind: .noInput)
  }
}
