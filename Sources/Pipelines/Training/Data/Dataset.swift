import Checkpoints
import Glibc
package import Tensors

/// A prepared dataset: its clips, and their tensors in mapped shards.
package struct Dataset: Sendable {
  package let path: String
  package let manifests: [DatasetManifest]
  package private(set) var clips: [DatasetManifest.Clip]
  /// The shapes that all clips share, and the most latents and video tokens a clip has.
  package let sizes: Sizes
  private let shards: [String: Checkpoint]

  package struct Sizes: Hashable, Sendable {
    package var channels = 0
    package var latents = 0
    package var videoTokens = 0
    package var videoWidth = 0
    package var textTokens = 0
    package var textWidth = 0
    package var globalWidth = 0
  }

  /// The tensors of a clip.
  package struct Example: Sendable {
    /// `[C, L]`.
    package let latents: Tensor
    /// `[F·P, D]`.
    package let video: Tensor
    /// `[S, W]`.
    package let cross: Tensor
    /// `[1, G]`.
    package let global: Tensor
  }

  /// Reads the manifests in `path` and the headers of the shards.
  ///
  /// Throws iff there is none, two clips have one id, parts of the dataset were made by different models, or a
  /// clip's tensors are missing or of other widths than those of the first.
  package init(path: String) throws(Diagnostic) {
    self.path = path
    let names = try directoryEntries(path).filter { $0.hasPrefix("manifest") && $0.hasSuffix(".json") }
    manifests = try names.map { (name) throws(Diagnostic) in try DatasetManifest(path: "\(path)/\(name)") }
    guard let first = manifests.first else { throw .noManifest(path) }
    for (name, manifest) in zip(names, manifests)
    where manifest.makers != first.makers || manifest.pooling != first.pooling {
      throw .mixed(names[0], name, path)
    }
    clips = manifests.flatMap(\.clips).sorted { $0.id < $1.id }
    guard !clips.isEmpty else { throw .empty(path, manifests.reduce(0) { $0 + $1.skipped.count }) }
    for (clip, next) in zip(clips, clips.dropFirst()) where clip.id == next.id { throw .twice(clip.id, path) }
    var shards: [String: Checkpoint] = [:]
    for clip in clips where shards[clip.shard] == nil {
      guard !clip.shard.hasPrefix("/"), !clip.shard.split(separator: "/").contains("..") else {
        throw .outside(clip.shard, path)
      }
      shards[clip.shard] = try Checkpoint.open(path: "\(path)/\(clip.shard)")
    }
    self.shards = shards
    sizes = try Self.sizes(of: clips, shards)
  }

  /// The tensors of clip number `index`. Throws iff one cannot be read.
  package func example(_ index: Int) throws(Diagnostic) -> Example {
    let clip = clips[index]
    guard let shard = shards[clip.shard] else { throw .lost(clip.id, clip.shard) }
    return Example(
      latents: try shard.tensor("\(clip.id).latents"), video: try shard.tensor("\(clip.id).video"),
      cross: try shard.tensor("\(clip.id).cross"), global: try shard.tensor("\(clip.id).global"))
  }

  /// The dataset with those clips alone for which `isKept` says so; its sizes stay.
  func keeping(_ isKept: (DatasetManifest.Clip) -> Bool) -> Dataset {
    var dataset = self
    dataset.clips = clips.filter(isKept)
    return dataset
  }

  private static func sizes(of clips: [DatasetManifest.Clip], _ shards: [String: Checkpoint])
    throws(Diagnostic) -> Sizes
  {
    var sizes = Sizes()
    for (index, clip) in clips.enumerated() {
      guard let shard = shards[clip.shard] else { throw .lost(clip.id, clip.shard) }
      let shapes = try ["latents", "video", "cross", "global"].map { (part) throws(Diagnostic) in
        let name: Name = "\(clip.id).\(part)"
        guard let type = shard[name]?.type, type.element == .f32, type.rank == 2, let shape = type.shape
        else {
          throw .noTensor(name, shard[name]?.type, shard.path)
        }
        return shape
      }
      var here = Sizes(
        channels: shapes[0][0], latents: shapes[0][1], videoTokens: shapes[1][0], videoWidth: shapes[1][1],
        textTokens: shapes[2][0], textWidth: shapes[2][1], globalWidth: shapes[3][1])
      if index > 0 {
        here.latents = max(here.latents, sizes.latents)
        here.videoTokens = max(here.videoTokens, sizes.videoTokens)
        var known = sizes
        (known.latents, known.videoTokens) = (here.latents, here.videoTokens)
        guard known == here else { throw .otherSizes(clip.id, clips[0].id, shard.path) }
      }
      sizes = here
    }
    return sizes
  }
}

/// The names in the directory `path`, in order. Throws iff it cannot be read.
func directoryEntries(_ path: String) throws(Diagnostic) -> [String] {
  guard let folder = opendir(path) else { throw .system("open", path, errno) }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

extension Diagnostic {
  fileprivate static func noManifest(_ path: String) -> Diagnostic {
    Diagnostic(
      "there is no manifest.json in \(path)", help: "`foley prepare` makes a dataset", kind: .noInput)
  }
  fileprivate static func mixed(_ a: String, _ b: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "\(a) and \(b) were made by different models or poolings", at: path,
      help: "prepare all parts with one pipeline")
  }
  fileprivate static func empty(_ path: String, _ skipped: Int) -> Diagnostic {
    Diagnostic("the dataset holds no clip; \(skipped) were skipped", at: path)
  }
  fileprivate static func twice(_ id: String, _ path: String) -> Diagnostic {
    Diagnostic("two clips of the dataset are called \(Name(id).quoted)", at: path)
  }
  fileprivate static func outside(_ shard: String, _ path: String) -> Diagnostic {
    Diagnostic("the shard \(Name(shard).quoted) lies outside the dataset", at: path)
  }
  fileprivate static func lost(_ id: String, _ shard: String) -> Diagnostic {
    Diagnostic("the shard \(Name(shard).quoted) of clip \(Name(id).quoted) is not open", kind: .software)
  }
  fileprivate static func noTensor(_ name: Name, _ type: TensorType?, _ path: String) -> Diagnostic {
    Diagnostic(
      "\(name.quoted) is \(type.map { "\($0)" } ?? "missing"), expected f32 of two axes", at: path,
      help: "prepare the dataset anew")
  }
  fileprivate static func otherSizes(_ id: String, _ first: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "the tensors of clip \(Name(id).quoted) are of other widths than those of \(Name(first).quoted)",
      at: path, help: "prepare the dataset anew, with one pipeline")
  }
}
