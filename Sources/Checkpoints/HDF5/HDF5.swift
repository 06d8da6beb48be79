import ReaderPipe
import Tensors

/// Opens HDF5 files by way of `foley-reader`, so that no byte of their structure is parsed in this process.
///
/// A dataset whose elements lie in one piece as they are used is mapped where it lies; any other is unpacked
/// by the reader whenever it is asked for. Names are the names of the links that lead to a dataset, joined by
/// dots; in files of Keras they are its paths, with slashes: see `KerasLayout`.
enum HDF5 {
  /// The tensors of the file at `path`, in the order of their place in the file, unpacked ones last.
  ///
  /// Throws iff it is no readable HDF5 file, leads out of itself, or says it holds more than it can. What is
  /// no tensor is left out with a note.
  static func open(_ path: String) throws(Diagnostic) -> Checkpoint {
    do throws(Diagnostic) {
      return try read(path)
    } catch {
      guard error.kind == .data, let signature = FileSignature(of: try InputFile(path: path)),
        signature != .hdf5
      else { throw error.located(at: path) }
      throw .isNot("HDF5", path, but: signature, cause: error)
    }
  }

  private static func read(_ path: String) throws(Diagnostic) -> Checkpoint {
    let source = try HDF5Source(path)
    var contents = try source.contents()
    let mapped = try MappedFile(path: path)
    guard mapped.count == source.byteCount else { throw .changed(source.byteCount, mapped.count) }
    let layout = try HDF5Layout(contents)
    var entries: [(place: Int, entry: Checkpoint.Entry)] = []
    for dataset in contents.datasets {
      guard let name = layout.name(of: dataset.path) else {
        contents.leaveOut(dataset.path, "is no weight")
        continue
      }
      guard let type = try contents.type(of: dataset) else { continue }
      entries.append((dataset.offset ?? .max, try entry(name, type, dataset, source, mapped)))
    }
    let ordered = entries.enumerated().sorted { a, b in
      (a.element.place, a.offset) < (b.element.place, b.offset)
    }
    return try Checkpoint(
      ordered.map(\.element.entry), metadata: layout.metadata, path: path,
      notes: contents.notes(fileSize: source.byteCount))
  }

  /// Bytes that may come of any dataset, whatever it takes in the file.
  private static let free = 1 << 20
  /// Bytes that deflate can make of one.
  private static let expansion = 1032

  private static func entry(
    _ name: Name, _ type: TensorType, _ dataset: HDF5Dataset, _ source: HDF5Source, _ mapped: MappedFile
  ) throws(Diagnostic) -> Checkpoint.Entry {
    guard let byteCount = type.byteCount else { throw .tooLarge(dataset, type) }
    if byteCount > 0, let offset = dataset.offset {
      guard offset <= mapped.count, byteCount <= mapped.count - offset else {
        throw .outside(dataset, byteCount, mapped.count)
      }
      return Checkpoint.Entry(name, try Tensor(type, in: mapped, at: offset..<offset + byteCount))
    }
    guard byteCount <= free || (byteCount - free) / expansion <= min(dataset.stored, source.byteCount) else {
      throw .impossible(dataset, type, byteCount)
    }
    source.expect(byteCount)
    return Checkpoint.Entry(name, type) { () throws(Diagnostic) in try source.unpack(dataset.path, type) }
  }
}

extension Diagnostic {
  fileprivate static func changed(_ before: Int, _ now: Int) -> Diagnostic {
    Diagnostic("file had \(before) bytes and now has \(now); it changes while it is read")
  }
  fileprivate static func tooLarge(_ dataset: HDF5Dataset, _ type: TensorType) -> Diagnostic {
    Diagnostic("dataset \(Name(dataset.path).quoted) is \(type), which takes more than 63 bits can count")
  }
  fileprivate static func outside(_ dataset: HDF5Dataset, _ size: Int, _ count: Int) -> Diagnostic {
    Diagnostic(
      "dataset \(Name(dataset.path).quoted) takes \(size) bytes from \(dataset.offset ?? 0) on, but the file has \(count)",
      help: "get the whole file")
  }
  fileprivate static func impossible(_ dataset: HDF5Dataset, _ type: TensorType, _ size: Int) -> Diagnostic {
    Diagnostic(
      "dataset \(Name(dataset.path).quoted) is \(type), \(size) bytes, but the file stores \(dataset.stored) for it",
      note: "no packing that foley reads makes so much of so little", help: "fetch the file again")
  }
}
