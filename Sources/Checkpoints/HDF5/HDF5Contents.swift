import ReaderPipe
import Tensors

/// What the lines of a listing tell about a file.
struct HDF5Contents {
  private(set) var datasets: [HDF5Dataset] = []
  private(set) var strings: [HDF5Strings] = []
  /// By path; the root is the empty one.
  private(set) var groups: Set<String> = []
  private var start = 0
  private var end = 0
  private var oddities: [String] = []
  private var guessed: [String] = []

  /// Throws iff `text` is not the whole of what `foley-reader hdf5-list` writes.
  init(parsing text: [UInt8]) throws(Diagnostic) {
    var isWhole = false
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard !isWhole else { throw .garbled }
      switch try HDF5Line(try JSON(parsing: Array(line), source: "foley-reader")) {
      case .dataset(let dataset): datasets.append(dataset)
      case .strings(let strings): self.strings.append(strings)
      case .group(let path): groups.insert(path)
      case .dangling(let path): oddities.append("\(Name(path).quoted) is a link that leads nowhere")
      case .seen(let path): oddities.append("\(Name(path).quoted) leads to a group that is listed already")
      case .end(let start, let end): (self.start, self.end, isWhole) = (start, end, true)
      }
    }
    guard isWhole else { throw .garbled }
  }

  /// Notes that the dataset at `path` is left out.
  mutating func leaveOut(_ path: String, _ why: String) {
    oddities.append("dataset \(Name(path).quoted) \(why) and is left out")
  }

  /// What the dataset is as a tensor, or `nil` and a note iff it is none.
  mutating func type(of dataset: HDF5Dataset) throws(Diagnostic) -> TensorType? {
    guard let stored = dataset.element else {
      leaveOut(dataset.path, "holds \(dataset.holds ?? "no tensor")")
      return nil
    }
    if let mark = dataset.mark, let element = DType(mark: mark), element.storages.contains(stored) {
      return TensorType(element, shape: dataset.shape)
    }
    if stored == "opaque2" {
      guessed.append(dataset.path)
      return TensorType(.bf16, shape: dataset.shape)
    }
    guard let element = DType(rawValue: stored) else {
      leaveOut(dataset.path, "holds bytes without a type")
      return nil
    }
    return TensorType(element, shape: dataset.shape)
  }

  private static let most = 16

  /// What is odd about a file of `fileSize` bytes, a sentence each.
  func notes(fileSize: Int) -> [String] {
    var notes = Array(oddities.prefix(Self.most))
    if oddities.count > Self.most { notes.append("and \(oddities.count - Self.most) more like these") }
    if let first = guessed.first {
      notes.append(
        "\(guessed.count) datasets, \(Name(first).quoted) the first, are two-byte elements without a type, "
          + "as h5py writes bfloat16; they are read as such")
    }
    if start > 0 { notes.append("the file begins with \(start) bytes that are none of the format's") }
    if end < fileSize {
      notes.append("the file ends with \(fileSize - end) bytes that are none of the format's")
    }
    return notes
  }
}

extension DType {
  /// How ml_dtypes spells the types that HDF5 lacks.
  private static let marks: [(mark: String, element: DType)] = [
    ("bfloat16", .bf16), ("float8_e4m3fn", .f8e4m3), ("float8_e5m2", .f8e5m2), ("float8_e8m0fnu", .f8e8m0),
    ("float8_e4m3fnuz", .f8e4m3fnuz), ("float8_e5m2fnuz", .f8e5m2fnuz),
  ]

  /// The type that the attribute `dtype` of a dataset names; `nil` iff HDF5 has it of its own or nobody does.
  init?(mark: String) {
    guard let element = DType.marks.first(where: { $0.mark == mark })?.element else { return nil }
    self = element
  }

  /// What the attribute `dtype` of a dataset says, or `nil` iff HDF5 has the type of its own.
  var mark: String? { DType.marks.first { $0.element == self }?.mark }

  /// What a type that HDF5 lacks is stored as; the first is how it is written.
  var storages: [String] { bits == 16 ? ["u16", "opaque2", "i16", "bf16"] : ["u8", "opaque1", "i8"] }
}

extension Diagnostic {
  fileprivate static var garbled: Diagnostic {
    Diagnostic("foley-reader sent something that is no whole listing", kind: .software)
  }
}
