import Tensors

/// Opens checkpoints that are split over several safetensors or HDF5 files, by the `*.index.json` that says
/// which tensor is in which.
///
/// An index of transformers' `.h5` shards calls a tensor by the whole name of its variable; in the shard the
/// name lacks its first component, which is the model's (`modeling_tf_utils.py` (v4), `save_pretrained`).
enum ShardIndex {
  /// All tensors of all shards of the index at `path`, in the order of the shards' first mention.
  ///
  /// Throws iff the index is no `{"weight_map": {tensor: file}}`, a shard is missing, invalid or not beside
  /// the index, a tensor is not where the index says or is in two shards.
  static func open(_ path: String) throws(Diagnostic) -> Checkpoint {
    let index = try load(path)
    let map = try index.object("weight_map")
    let (folder, ownName) = path.splitAtLastSlash
    var shards: [String: Checkpoint] = [:]
    var order: [String] = []
    var listed: Set<Name> = []
    for tensor in map.keys {
      let shard = try map.string(tensor)
      if shards[shard] == nil {
        guard shard.isFileName else { throw map.escapes(shard, tensor) }
        guard shard != ownName else { throw map.isIndexItself(shard, tensor) }
        shards[shard] = try open(shard: folder + shard, of: path)
        order.append(shard)
      }
      guard let name = shards[shard]?.name(of: tensor) else { throw map.absent(tensor, shard) }
      listed.insert(name)
    }
    return try join(order.compactMap { shards[$0] }, index, listed)
  }

  private static func load(_ path: String) throws(Diagnostic) -> JSON.Cursor {
    do throws(Diagnostic) {
      return try JSON.load(path: path, sizeLimit: SafetensorsLimits.header)
    } catch {
      guard error.kind == .data, let signature = FileSignature(of: try InputFile(path: path)),
        signature != .json
      else { throw error }
      throw .isNot("JSON", path, but: signature, cause: error)
    }
  }

  private static func open(shard path: String, of index: String) throws(Diagnostic) -> Checkpoint {
    do throws(Diagnostic) {
      return try path.hasSuffix(".h5") ? HDF5.open(path) : Safetensors.open(path)
    } catch {
      guard error.kind == .noInput else { throw error }
      throw .missingShard(path, index, error)
    }
  }

  private static func join(_ shards: [Checkpoint], _ index: JSON.Cursor, _ listed: Set<Name>)
    throws(Diagnostic) -> Checkpoint
  {
    var owners: [Name: String] = [:]
    var entries: [Checkpoint.Entry] = []
    var metadata = JSON.Object()
    var notes = shards.flatMap(\.notes)
    for shard in shards {
      for entry in shard.entries {
        if let other = owners.updateValue(shard.path, forKey: entry.name) {
          throw .inTwoShards(entry.name, other, shard.path, index.file)
        }
        if !listed.contains(entry.name) {
          notes.append("tensor \(entry.name.quoted) of \(shard.path) is not in the index")
        }
        entries.append(entry)
      }
      for (key, value) in shard.metadata { metadata.insert(.string(value), for: key) }
    }
    let values = metadata.members.map { (key: $0, value: $1.text) }
    let checkpoint = try Checkpoint(entries, metadata: values, path: index.file, notes: notes)
    let total = try? index.integerIfPresent("metadata", "total_size")
    guard let total, total != checkpoint.byteCount else { return checkpoint }
    notes.append("index says total_size \(total), but the tensors take \(checkpoint.byteCount) bytes")
    return try Checkpoint(entries, metadata: values, path: index.file, notes: notes)
  }
}

extension Checkpoint {
  /// Under which name this shard has what the index calls `name`, or `nil` iff it has it not.
  fileprivate func name(of name: Name) -> Name? {
    if self[name] != nil { return name }
    guard path.hasSuffix(".h5"), let slash = name.text.firstIndex(of: "/") else { return nil }
    let rest = Name(String(name.text[name.text.index(after: slash)...]))
    return self[rest] == nil ? nil : rest
  }
}

extension String {
  /// The folder with its slash, or nothing, and the name behind it.
  var splitAtLastSlash: (folder: String, name: String) {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", self) }
    return (String(self[...slash]), String(self[index(after: slash)...]))
  }

  /// Whether the text names a file of the same folder and cannot lead out of it.
  fileprivate var isFileName: Bool {
    !isEmpty && self != "." && self != ".." && !utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }
}

extension JSON {
  fileprivate var text: String {
    if case .string(let text) = self { text } else { "" }
  }
}

extension JSON.Cursor {
  fileprivate func escapes(_ shard: String, _ tensor: Name) -> Diagnostic {
    Diagnostic(
      "index places tensor \(tensor.quoted) in \(Name(shard).quoted); expected the name of a file beside the index",
      at: site)
  }
  fileprivate func isIndexItself(_ shard: String, _ tensor: Name) -> Diagnostic {
    Diagnostic("index places tensor \(tensor.quoted) in the index itself, \(Name(shard).quoted)", at: site)
  }
  fileprivate func absent(_ tensor: Name, _ shard: String) -> Diagnostic {
    Diagnostic("index places tensor \(tensor.quoted) in \(shard), but that holds no such tensor", at: site)
  }
}

extension Diagnostic {
  fileprivate static func missingShard(_ path: String, _ index: String, _ cause: Diagnostic) -> Diagnostic {
    Diagnostic(
      "shard \(path) cannot be opened", at: index, note: cause.message.text,
      help: "fetch all files that the index names", kind: .noInput)
  }
  fileprivate static func inTwoShards(_ name: Name, _ one: String, _ other: String, _ index: String)
    -> Diagnostic
  {
    Diagnostic("tensor \(name.quoted) is in two shards, \(one) and \(other)", at: index)
  }
}
