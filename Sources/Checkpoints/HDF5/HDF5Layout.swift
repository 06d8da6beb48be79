import ReaderPipe
import Tensors

/// How the paths of a file become names.
struct HDF5Layout {
  private let keras: KerasLayout?
  /// The string attributes of the root group, lists as JSON, but for the lists that Keras keeps its names in.
  let metadata: [(key: Name, value: String)]

  /// Throws iff the file is one of Keras that breaks its rules, or one of Keras 3.
  init(_ contents: HDF5Contents) throws(Diagnostic) {
    keras = try KerasLayout(contents)
    if keras == nil, let dataset = contents.datasets.first, contents.datasets.allSatisfy(\.isNumbered) {
      throw .keras3(dataset.path)
    }
    let isKeras = keras != nil
    metadata = contents.strings.filter { strings in
      strings.group.isEmpty && !(isKeras && strings.name.hasPrefix(KerasLayout.layers) && strings.isList)
    }.map { strings in
      let text = strings.isList ? JSON(strings.values.map { JSON($0) }).printed() : strings.values.first ?? ""
      return (Name(strings.name), text)
    }
  }

  /// The name of the tensor at `path`, or `nil` iff it is no weight.
  func name(of path: String) -> Name? {
    keras.map { $0.name(of: path) } ?? Name(path.replacing("/", with: "."))
  }
}

extension HDF5Dataset {
  /// Whether Keras 3 wrote it: `layers/dense/vars/0`.
  fileprivate var isNumbered: Bool {
    let parts = path.split(separator: "/")
    guard parts.count >= 2, parts[parts.count - 2] == "vars", let last = parts.last else { return false }
    return UInt(last) != nil
  }
}

extension Diagnostic {
  fileprivate static func keras3(_ path: String) -> Diagnostic {
    Diagnostic(
      "this is a weights file of Keras 3, whose weights are numbered and not named: \(Name(path).quoted)",
      help: "save the weights under their names: as safetensors, or with Keras 2 in its .h5 format")
  }
}
