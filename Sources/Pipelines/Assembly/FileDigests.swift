import Checkpoints
import Glibc
import Tensors

/// The digests of files, each computed once however many parts share it.
struct FileDigests {
  private var known: [String: PipelineManifest.Part.File] = [:]

  /// Kinds of files that make up a model.
  private static let suffixes = [".json", ".safetensors", ".model"]

  /// The names of the files in `folder` that make up a model, sorted.
  static func names(in folder: String) throws(Diagnostic) -> [String] {
    try DirectoryListing.names(in: folder).filter { name in suffixes.contains { name.hasSuffix($0) } }
  }

  mutating func files(in folder: String) throws(Diagnostic) -> [PipelineManifest.Part.File] {
    var files: [PipelineManifest.Part.File] = []
    for name in try Self.names(in: folder) { files.append(try file("\(folder)/\(name)", name: name)) }
    return files
  }

  mutating func file(_ path: String, name: String) throws(Diagnostic) -> PipelineManifest.Part.File {
    if let file = known[path] { return file }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("read", path, errno, kind: .noInput) }
    let file = PipelineManifest.Part.File(
      name: name, bytes: Int(status.st_size), sha256: try FileDigest.sha256(of: path))
    known[path] = file
    return file
  }
}
