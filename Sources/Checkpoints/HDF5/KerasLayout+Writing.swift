import ReaderPipe
import Tensors

extension KerasLayout {
  /// What stands beside weights called `names`: the lists of layers and of each layer's weights, and who is said
  /// to have written them. `nil` iff a name is not that of a variable in this layout, `layer/weight name:0`.
  ///
  /// Source: `keras/src/legacy/saving/legacy_h5_format.py`, `save_weights_to_hdf5_group`.
  static func strings(for names: [Name]) -> [HDF5Strings]? {
    var layers: [String] = []
    var weights: [Name: [String]] = [:]
    for name in names {
      guard name.text.hasSuffix(":0"), let slash = name.text.firstIndex(of: "/") else { return nil }
      let layer = String(name.text[..<slash])
      if weights[Name(layer)] == nil { layers.append(layer) }
      weights[Name(layer), default: []].append(String(name.text[name.text.index(after: slash)...]))
    }
    guard !names.isEmpty else { return nil }
    return lists(Self.layers, of: layers, in: "")
      + [("backend", "tensorflow"), ("keras_version", "2.15.0")].map { name, value in
        HDF5Strings(group: "", name: name, isList: false, values: [value])
      }
      + layers.flatMap { lists(Self.weights, of: weights[Name($0)] ?? [], in: $0) }
  }

  /// Bytes of one attribute: what Keras calls the limit of an object's header.
  private static let limit = 64512

  /// `values` as one attribute, or as numbered ones of equal lengths, the first ones longer by one where need be, so
  /// that none is beyond the limit.
  ///
  /// Source: `save_attributes_to_hdf5_group` of the same file; `numpy.array_split`.
  private static func lists(_ name: String, of values: [String], in group: String) -> [HDF5Strings] {
    let width = values.map(\.utf8.count).max() ?? 0
    var count = 1
    while count < values.count, (values.count + count - 1) / count * width > limit { count += 1 }
    guard count > 1 else { return [HDF5Strings(group: group, name: name, isList: true, values: values)] }
    let (length, longer) = values.count.quotientAndRemainder(dividingBy: count)
    return (0..<count).map { part in
      let start = part * length + min(part, longer)
      let end = start + length + (part < longer ? 1 : 0)
      return HDF5Strings(
        group: group, name: "\(name)\(part)", isList: true, values: Array(values[start..<end]))
    }
  }
}
