package import Checkpoints
import Glibc
package import Tensors

/// Files to be made of others: all that is to be written, before anything is.
///
/// Peak memory of a run is what the formats cost for one tensor: mapped tensors are read, cast and written a
/// few MiB at a time, and their pages given back.
package struct Conversion: Sendable {
  /// In the order in which they take their names: what refers to others comes after them.
  package var files: [OutputFile] = []
  /// The directories to be made first, each behind the one it lies in.
  package var folders: [String] = []
  /// What the source says of itself, as it is carried over.
  package var metadata: [(key: Name, value: String)] = []
  /// What the files read say they were made from themselves, by path.
  var origins: [String: JSON] = [:]
  /// What a person should know before and after.
  package var notes: [String] = []
  /// The models in the source and in the result, for `verify`.
  package var pairs: [ModelPair] = []
  /// Whether the sources' SHA-256 goes into the metadata.
  package var hashes = true
  /// The name and version of what writes.
  package var tool = "foley"

  package init() {}

  /// Every tensor to be written.
  package var drafts: [TensorDraft] { files.flatMap(\.drafts) }

  /// The files that are read, each once, in the order of their first tensor.
  package var sources: [MappedFile] {
    var known: Set<String> = []
    return drafts.flatMap(\.pieces).compactMap(\.entry.file).filter { known.insert($0.path).inserted }
  }

  /// Throws iff a file to be written is one of those read, or two are the same.
  package func check() throws(Diagnostic) {
    var copied: [String] = []
    for file in files { if case .copy(let path) = file.content { copied.append(path) } }
    let read = Set((sources.map(\.path) + copied).compactMap(FileIdentity.init))
    var paths: Set<String> = []
    for file in files {
      guard paths.insert(file.path).inserted else { throw .twice(file.path) }
      guard let identity = FileIdentity(file.path), read.contains(identity) else { continue }
      throw .overwritesSource(file.path)
    }
  }
}

/// A file, whatever it is called.
struct FileIdentity: Hashable {
  let device: UInt64
  let number: UInt64

  /// `nil` iff nothing is at `path`.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}

extension Diagnostic {
  fileprivate static func twice(_ path: String) -> Diagnostic {
    Diagnostic("\(path) would be written twice", at: path, kind: .software)
  }
  fileprivate static func overwritesSource(_ path: String) -> Diagnostic {
    Diagnostic(
      "\(path) is read and would be overwritten", at: path, help: "pass another place with --output",
      kind: .usage)
  }
}
