import ReaderPipe
import Tensors

/// The layout of `save_weights` of Keras 2: a group holds `layer_names`, the group of each layer
/// `weight_names`, and a weight lies at `layer/weight name`, which is its name here.
///
/// A list that does not fit one attribute is split into `layer_names0`, `layer_names1` and so on. A whole
/// model has its weights in the group `model_weights`; what lies beside it is none. In shards of transformers
/// `layer_names` lists the weights themselves.
///
/// Source: `keras/src/legacy/saving/legacy_h5_format.py`, `save_weights_to_hdf5_group`;
/// `transformers/modeling_tf_utils.py` (v4), `TFPreTrainedModel.save_pretrained`.
struct KerasLayout {
  static let layers = "layer_names"
  static let weights = "weight_names"
  /// The path of the group that lists the layers, with a slash unless it is the root.
  private let prefix: String

  /// `nil` iff the file has no list of layers. Throws iff a list has a gap or names what is not there or is
  /// there twice.
  init?(_ contents: HDF5Contents) throws(Diagnostic) {
    let lists = StringLists(contents.strings)
    guard let top = ["", "model_weights"].first(where: { lists.has(Self.layers, in: $0) }) else { return nil }
    prefix = top.isEmpty ? "" : top + "/"
    let datasets = Set(contents.datasets.map { Name($0.path) })
    let groups = Set(contents.groups.map { Name($0) })
    for layer in try lists.list(Self.layers, in: top) {
      let path = prefix + layer
      if datasets.contains(Name(path)) { continue }
      guard groups.contains(Name(path)) else { throw .noLayer(layer, top) }
      for weight in try lists.list(Self.weights, in: path) {
        guard datasets.contains(Name("\(path)/\(weight)")) else { throw .noWeight(weight, path) }
      }
    }
  }

  /// The name of the tensor at `path`, or `nil` iff it lies beside the weights.
  func name(of path: String) -> Name? {
    path.hasPrefix(prefix) ? Name(String(path.dropFirst(prefix.count))) : nil
  }
}

/// The lists among the string attributes of groups, whole or in numbered parts.
private struct StringLists {
  /// By group and by name.
  private var values: [Name: [Name: [String]]] = [:]

  init(_ strings: [HDF5Strings]) {
    for list in strings where list.isList {
      values[Name(list.group), default: [:]][Name(list.name)] = list.values
    }
  }

  func has(_ name: String, in group: String) -> Bool {
    let lists = values[Name(group)] ?? [:]
    return lists[Name(name)] != nil || lists.keys.contains { $0.part(of: name) != nil }
  }

  /// The strings of the list, none iff there is no such list. Throws iff a part is missing or a string comes
  /// twice.
  func list(_ name: String, in group: String) throws(Diagnostic) -> [String] {
    let lists = values[Name(group)] ?? [:]
    var all = lists[Name(name)] ?? []
    if lists[Name(name)] == nil, let last = lists.keys.compactMap({ $0.part(of: name) }).max() {
      for part in 0...last {
        guard let values = lists["\(name)\(part)"] else { throw .gap(name, part, last, group) }
        all += values
      }
    }
    var seen: Set<Name> = []
    for string in all {
      guard seen.insert(Name(string)).inserted else { throw .twice(string, name, group) }
    }
    return all
  }
}

extension Name {
  /// The number behind `list`, or `nil` iff this is no part of that list.
  fileprivate func part(of list: String) -> Int? {
    guard text.hasPrefix(list) else { return nil }
    return UInt32(text.dropFirst(list.count)).map { Int($0) }
  }
}

extension Diagnostic {
  private static let remedy = "the file is damaged or was put together by hand: save the model again"

  fileprivate static func gap(_ name: String, _ part: Int, _ last: Int, _ group: String) -> Diagnostic {
    Diagnostic(
      "\(Name(group).quoted) lists \(name) in parts up to \(last), but \(name)\(part) is missing",
      help: remedy)
  }
  fileprivate static func twice(_ string: String, _ name: String, _ group: String) -> Diagnostic {
    Diagnostic("\(name) of \(Name(group).quoted) lists \(Name(string).quoted) twice", help: remedy)
  }
  fileprivate static func noLayer(_ layer: String, _ group: String) -> Diagnostic {
    Diagnostic(
      "layer_names of \(Name(group).quoted) lists \(Name(layer).quoted), which is not there", help: remedy)
  }
  fileprivate static func noWeight(_ weight: String, _ group: String) -> Diagnostic {
    Diagnostic(
      "weight_names of \(Name(group).quoted) lists \(Name(weight).quoted), which is not there", help: remedy)
  }
}
