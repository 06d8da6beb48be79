import CLibHDF5
import ReaderPipe
import Tensors

/// Writes the lines of a listing, many at a time. The last one says that it is whole.
final class HDF5Listing {
  private(set) var problem: Diagnostic?
  private var pending: [UInt8] = []
  private var count = 0

  /// Bytes of all lines together.
  private static let limit = 32 << 20
  /// Bytes that are written at a time: the parent sees that it goes on.
  private static let piece = 1 << 16

  /// False, and a problem, iff the lines are too many or cannot be written.
  @discardableResult
  func add(_ line: HDF5Line) -> Bool {
    let text = Array(line.json.printed().utf8) + [UInt8(ascii: "\n")]
    pending += text
    count += text.count
    guard count <= Self.limit else { return stop(.tooLong(Self.limit)) }
    guard pending.count >= Self.piece else { return true }
    do throws(Diagnostic) { try flush() } catch { return stop(error) }
    return true
  }

  /// Writes what is still to be written.
  func flush() throws(Diagnostic) {
    try Output.write(pending)
    pending = []
  }

  private func stop(_ problem: Diagnostic) -> Bool {
    self.problem = problem
    return false
  }

  /// The functions that add to this listing, which has to outlive them.
  var visitor: hdf5_visitor {
    hdf5_visitor(
      context: Unmanaged.passUnretained(self).toOpaque(),
      dataset: { context, dataset in
        guard let listing = HDF5Listing.at(context), let dataset else { return false }
        return listing.add(dataset.pointee)
      },
      strings: { context, group, name, isList, count, values, lengths in
        guard let listing = HDF5Listing.at(context), let group, let name else { return false }
        let texts = (0..<count).map { index in
          let bytes = UnsafeRawBufferPointer(start: values?[index], count: lengths?[index] ?? 0)
          return String(decoding: bytes, as: UTF8.self)
        }
        return listing.add(group, name, isList, texts)
      },
      group: { context, path in
        guard let listing = HDF5Listing.at(context), let path else { return false }
        return listing.add(path) { .group($0) }
      },
      note: { context, path, note in
        guard let listing = HDF5Listing.at(context), let path else { return false }
        return listing.add(path) { note == HDF5_DANGLING ? .dangling($0) : .seen($0) }
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> HDF5Listing? {
    context.map { Unmanaged<HDF5Listing>.fromOpaque($0).takeUnretainedValue() }
  }

  private func add(_ found: hdf5_dataset) -> Bool {
    let shape = (0..<Int(found.rank)).map { Int(clamping: found.dims[$0]) }
    let texts = [found.element, found.holds, found.mark].map { $0.map { String(cString: $0) } }
    return add(found.path) { path in
      .dataset(
        HDF5Dataset(
          path: path, element: texts[0], holds: texts[0] == nil ? texts[1] : nil, mark: texts[2],
          shape: shape, stored: Int(clamping: found.stored),
          offset: found.is_plain ? Int(clamping: found.offset) : nil))
    }
  }

  private func add(
    _ group: UnsafePointer<CChar>, _ name: UnsafePointer<CChar>, _ isList: Bool, _ values: [String]
  ) -> Bool {
    let name = String(cString: name)
    return add(group) { .strings(HDF5Strings(group: $0, name: name, isList: isList, values: values)) }
  }

  private func add(_ path: UnsafePointer<CChar>, _ line: (String) -> HDF5Line) -> Bool {
    guard let text = String(validatingCString: path) else {
      return stop(.notText(String(cString: path)))
    }
    return add(line(text))
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ limit: Int) -> Diagnostic {
    Diagnostic("the names and attributes of the file take more than \(limit) bytes")
  }
  fileprivate static func notText(_ path: String) -> Diagnostic {
    Diagnostic("the name of \(Name(path).quoted) is no UTF-8", help: "save the model again with h5py")
  }
}
