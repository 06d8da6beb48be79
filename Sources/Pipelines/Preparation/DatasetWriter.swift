import Checkpoints
import Glibc
import Tensors

/// A dataset in the making: shards of whole clips, and a manifest of what they hold.
///
/// A shard and then the manifest that names it are written, each whole or not at all: whatever ends the process,
/// the dataset is one, and the next writer goes on behind it.
struct DatasetWriter: ~Copyable {
  let path: String
  private(set) var manifest: DatasetManifest
  private let share: DatasetShare
  private let clipsPerShard: Int
  private let lock: RunLock
  private var pending: [(clip: DatasetManifest.Clip, example: Dataset.Example)] = []
  private var pendingBytes = 0
  private var shardNumber: Int
  private var known: Set<String>
  private var left: Set<String>
  private var cut: Set<String>
  /// Clips of which a window was left out when the writing began.
  private let spoilt: Set<String>

  /// A shard is closed when it has this many bytes, however few clips these are.
  private static let largestShard = 512 << 20

  /// Begins the dataset in the directory `path`, which is made where it is missing, or goes on with it.
  ///
  /// Throws iff what is there was made otherwise than `manifest` says, or for another number of machines,
  /// another process writes this share of it, or the directory cannot be written.
  init(_ path: String, _ manifest: DatasetManifest, share: DatasetShare, clipsPerShard: Int)
    throws(Diagnostic)
  {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .system("make", path, errno) }
    let name = share.manifestName
    let others = try directoryEntries(path).filter { $0.hasPrefix("manifest") && $0.hasSuffix(".json") }
    for other in others where !share.isSibling(other) { throw .otherShares(other, name, path) }
    let lock = try RunLock("\(path)/.\(name).lock")
    var manifest = manifest
    if others.contains(name) {
      let found = try DatasetManifest(path: "\(path)/\(name)")
      guard found.isMade(as: manifest) else { throw .otherwise("\(path)/\(name)") }
      manifest = found
    }
    self.lock = lock
    self.manifest = manifest
    (self.path, self.share, self.clipsPerShard) = (path, share, clipsPerShard)
    known = Set(manifest.clips.map(\.id))
    left = Set(manifest.skipped.map(\.id))
    cut = Set(manifest.cut)
    spoilt = Set(left.compactMap { id in id.lastIndex(of: "@").map { String(id[..<$0]) } })
    shardNumber = (manifest.clips.compactMap { share.shardNumber($0.shard) }.max() ?? -1) + 1
  }

  /// Whether the clip called `id` is there.
  func holds(_ id: String) -> Bool { known.contains(id) }
  /// Whether a clip called `id` was cut into windows and none of them was left out.
  func holds(windowsOf id: String) -> Bool { cut.contains(id) && !spoilt.contains(id) }

  /// Adds a clip; writes the shard when it is full. Throws iff the dataset has a clip of this id, or the shard
  /// cannot be written.
  mutating func add(_ clip: DatasetManifest.Clip, _ example: Dataset.Example) throws(Diagnostic) {
    guard known.insert(clip.id).inserted else { throw .twice(clip.id, path) }
    forget(clip.id)
    pending.append((clip, example))
    pendingBytes += example.byteCount
    if pending.count >= clipsPerShard || pendingBytes >= Self.largestShard { try save() }
  }

  /// Notes that a clip was left out.
  mutating func skip(_ id: String, _ reason: String) {
    forget(id)
    left.insert(id)
    manifest.skipped.append(.init(id: id, reason: reason))
  }

  /// Notes that all windows of a clip were seen to.
  mutating func finish(cutting id: String) {
    if cut.insert(id).inserted { manifest.cut.append(id) }
  }

  /// Writes what is not written yet. Throws iff that cannot be done.
  mutating func save() throws(Diagnostic) {
    if !pending.isEmpty {
      let name = share.shardName(shardNumber)
      var tensors: [(name: Name, tensor: Tensor)] = []
      for (clip, example) in pending {
        for (part, tensor) in example.parts { tensors.append((Name("\(clip.id).\(part)"), tensor)) }
      }
      try Checkpoint.write(tensors, to: "\(path)/\(name)")
      for var (clip, _) in pending {
        clip.shard = name
        manifest.clips.append(clip)
      }
      (pending, pendingBytes) = ([], 0)
      shardNumber += 1
    }
    try AtomicFile.write(manifest.json.printed() + "\n", to: "\(path)/\(share.manifestName)")
  }

  private mutating func forget(_ id: String) {
    if left.remove(id) != nil { manifest.skipped.removeAll { $0.id == id } }
  }
}

extension Dataset.Example {
  var parts: [(name: String, tensor: Tensor)] {
    [("latents", latents), ("video", video), ("cross", cross), ("global", global)]
  }

  fileprivate var byteCount: Int { parts.reduce(0) { $0 + $1.tensor.byteCount } }
}

extension DatasetShare {
  /// Whether `name` is the manifest of a share of the same whole.
  fileprivate func isSibling(_ name: String) -> Bool {
    (1...count).contains { DatasetShare(index: $0, of: count)?.manifestName == name }
  }
}

extension DatasetManifest {
  /// Whether a clip would give the same tensors in both.
  fileprivate func isMade(as other: DatasetManifest) -> Bool {
    makers == other.makers && pooling == other.pooling && latents == other.latents && window == other.window
  }
}

extension Diagnostic {
  fileprivate static func otherShares(_ other: String, _ name: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "the dataset has \(other), which does not go with \(name)", at: path,
      help: "prepare all shares with one n of --shard i/n, or write to another directory", kind: .usage)
  }
  fileprivate static func otherwise(_ path: String) -> Diagnostic {
    Diagnostic(
      "the dataset was begun with other models, another --seconds or another choice of --mean", at: path,
      help: "go on with the same pipeline and options, or write to another directory", kind: .usage)
  }
  fileprivate static func twice(_ id: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "two clips are called \(Name(id).quoted)", at: path, help: "give each an \"id\" of its own",
      kind: .usage)
  }
}
