import CLibHDF5
import ReaderPipe
import Tensors

/// A new HDF5 file on descriptor 3 whose headers are written here and whose elements by the parent.
enum HDF5Creation {
  /// Makes what the `HDF5Line`s on descriptor 5 describe and writes the datasets' offsets, a JSON array.
  static func run() throws(Diagnostic) {
    var fault = hdf5_fault()
    let file = hdf5_create(3, &fault)
    guard file >= 0 else { throw Diagnostic(fault) }
    var offsets: [JSON] = []
    for line in try Input.readToEnd().split(separator: UInt8(ascii: "\n")) {
      switch try HDF5Line(try JSON(parsing: Array(line), source: "the plan of the file")) {
      case .dataset(let dataset): offsets.append(JSON(try make(dataset, in: file)))
      case .strings(let strings): try make(strings, in: file)
      default: throw .notPlanned
      }
    }
    guard hdf5_finish(file, &fault) else { throw Diagnostic(fault) }
    try Output.write(Array(JSON(offsets).printed().utf8))
  }

  private static func make(_ dataset: HDF5Dataset, in file: Int64) throws(Diagnostic) -> Int {
    var fault = hdf5_fault()
    var offset: UInt64 = 0
    let shape = dataset.shape.map { UInt64($0) }
    let isMade =
      if let mark = dataset.mark {
        hdf5_create_dataset(
          file, dataset.path, dataset.element ?? "", mark, Int32(shape.count), shape, &offset, &fault)
      } else {
        hdf5_create_dataset(
          file, dataset.path, dataset.element ?? "", nil, Int32(shape.count), shape, &offset, &fault)
      }
    guard isMade else { throw Diagnostic(fault) }
    return Int(clamping: offset)
  }

  private static func make(_ strings: HDF5Strings, in file: Int64) throws(Diagnostic) {
    var fault = hdf5_fault()
    guard strings.isList else {
      let value = strings.values.first ?? ""
      guard hdf5_create_string(file, strings.group, strings.name, value, &fault) else {
        throw Diagnostic(fault)
      }
      return
    }
    let values = strings.values.map { $0.utf8.map { CChar(bitPattern: $0) } }
    let width = max(1, values.map(\.count).max() ?? 0)
    let bytes = values.flatMap { $0 + Array(repeating: 0, count: width - $0.count) }
    guard hdf5_create_list(file, strings.group, strings.name, values.count, bytes, width, &fault) else {
      throw Diagnostic(fault)
    }
  }
}

extension Diagnostic {
  fileprivate static var notPlanned: Diagnostic {
    Diagnostic("the plan of the file has a line that is no dataset and no attribute", kind: .software)
  }
}
