import CLibHDF5
import ReaderPipe
import Tensors

/// The HDF5 file on descriptor 0.
struct HDF5File {
  private let id: Int64

  init() throws(Diagnostic) {
    var fault = hdf5_fault()
    id = hdf5_open(0, &fault)
    guard id >= 0 else { throw Diagnostic(fault) }
  }

  /// Writes an `HDF5Line` for everything in the file.
  func list() throws(Diagnostic) {
    let listing = HDF5Listing()
    var fault = hdf5_fault()
    let isListed = withExtendedLifetime(listing) { hdf5_list(id, listing.visitor, &fault) }
    if let problem = listing.problem { throw problem }
    guard isListed else { throw Diagnostic(fault) }
    var (start, end): (UInt64, UInt64) = (0, 0)
    guard hdf5_extent(id, &start, &end, &fault) else { throw Diagnostic(fault) }
    listing.add(.end(start: Int(clamping: start), end: Int(clamping: end)))
    if let problem = listing.problem { throw problem }
    try listing.flush()
  }

  /// Writes the elements of the datasets that are asked for on descriptor 5, until it ends.
  func answer() throws(Diagnostic) {
    while let head = try Input.read(HDF5Request.headCount) {
      guard let (length, count) = HDF5Request.lengths(head), let path = try Input.read(length) else {
        throw .noRequest
      }
      try write(path, count)
    }
  }

  private func write(_ path: [UInt8], _ count: Int) throws(Diagnostic) {
    let sink = HDF5Sink()
    var fault = hdf5_fault()
    let name = path.map(CChar.init(bitPattern:)) + [0]
    let isRead = withExtendedLifetime(sink) {
      hdf5_read(id, name, UInt64(count), HDF5Sink.take, Unmanaged.passUnretained(sink).toOpaque(), &fault)
    }
    if let problem = sink.problem { throw problem }
    guard isRead else { throw Diagnostic(fault) }
  }
}

/// Passes pieces on to the parent.
private final class HDF5Sink {
  var problem: Diagnostic?

  static let take: @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Bool = {
    context, bytes, count in
    guard let context else { return false }
    let sink = Unmanaged<HDF5Sink>.fromOpaque(context).takeUnretainedValue()
    do throws(Diagnostic) {
      try Output.write(UnsafeRawBufferPointer(start: bytes, count: count))
      return true
    } catch {
      sink.problem = error
      return false
    }
  }
}

extension Diagnostic {
  fileprivate static var noRequest: Diagnostic {
    Diagnostic("descriptor 5 holds no request for a dataset", kind: .software)
  }
}
