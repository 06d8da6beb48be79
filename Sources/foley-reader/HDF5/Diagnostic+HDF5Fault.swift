import CLibHDF5
import Tensors

extension Diagnostic {
  /// The words for what stopped libhdf5, or what it was not let do.
  init(_ fault: hdf5_fault) {
    let object = withUnsafeBytes(of: fault.object) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let text = withUnsafeBytes(of: fault.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let name = Name(object).quoted
    switch fault.kind {
    case HDF5_NOT_HDF5: self = .notHDF5
    case HDF5_EXTERNAL_LINK: self = .outside("\(name) is a link into another file")
    case HDF5_USER_LINK: self = .outside("\(name) is a link of a kind that programs define")
    case HDF5_EXTERNAL_STORAGE: self = .outside("dataset \(name) keeps its elements in other files")
    case HDF5_VIRTUAL: self = .outside("dataset \(name) is a virtual one, made of others")
    case HDF5_FILTER: self = .filter(name, text)
    case HDF5_TOO_DEEP: self = Diagnostic("group \(name) lies deeper than \(text) groups")
    case HDF5_TOO_MANY:
      self = Diagnostic("\(object.isEmpty ? "the root group" : name) has more than \(text) parts")
    case HDF5_NAME: self = Diagnostic("\(name) is no name for a link, or too long a path")
    case HDF5_CHANGED:
      self = Diagnostic("dataset \(name) is not what it was a moment ago; the file changes while it is read")
    case HDF5_MEMORY: self = Diagnostic("\(name) needs more memory than the HDF5 library may use")
    case HDF5_WRITE:
      self = Diagnostic(
        "HDF5 cannot write \(object.isEmpty ? "the file" : name): \(text)", kind: .cannotCreate)
    default: self = .damaged(object.isEmpty ? "the file" : name, text)
    }
  }

  private static var notHDF5: Diagnostic {
    Diagnostic(
      "this is no HDF5 file: it does not begin as one", help: "pass the file that h5py or Keras saved")
  }

  private static func newer(_ name: String, _ words: String) -> Diagnostic {
    var version: (UInt32, UInt32, UInt32) = (0, 0, 0)
    hdf5_version(&version.0, &version.1, &version.2)
    return Diagnostic(
      "\(name) cannot be read: \(words)",
      note: "the file is damaged, or newer than libhdf5 \(version.0).\(version.1).\(version.2) can read",
      help: "save it in an older format: h5py.File(name, \"w\", libver=\"earliest\")")
  }

  private static func outside(_ what: String) -> Diagnostic {
    Diagnostic(
      "\(what); expected a file that holds all of itself",
      note: "such files are refused, because they could make foley read any file",
      help: "save the model as one whole file")
  }

  private static func filter(_ name: String, _ filter: String) -> Diagnostic {
    Diagnostic(
      "dataset \(name) is packed with filter \(filter), which is not built into HDF5",
      note: "deflate (gzip), shuffle, fletcher32, n-bit and scale-offset are",
      help: "save the dataset without compression or with gzip")
  }

  private static func damaged(_ name: String, _ words: String) -> Diagnostic {
    guard !words.hasPrefix("bad version number") else { return .newer(name, words) }
    return Diagnostic(
      "\(name) cannot be read: \(words)", note: "the words are libhdf5's; the file is damaged or cut off",
      help: "get the whole file")
  }
}
