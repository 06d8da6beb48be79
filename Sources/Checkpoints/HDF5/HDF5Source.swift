import ReaderPipe
import Synchronization
import Tensors

/// An HDF5 file and the `foley-reader` that unpacks its datasets.
///
/// The reader is started for the first dataset and kept for the next ones; it ends with this object.
final class HDF5Source: Sendable {
  private let file: File
  private let state = Mutex(State())

  /// A class, because an `InputFile` may not be copied.
  private final class File: Sendable {
    let input: InputFile
    init(_ input: consuming InputFile) { self.input = input }
  }

  private struct State: ~Copyable {
    var reader: ReaderProcess?
    /// Bytes of all datasets that may be asked for, and of the largest.
    var total = 0
    var largest = 0
    /// Bytes that the reader may still unpack in its processor time.
    var budget = 0
  }

  init(_ path: String) throws(Diagnostic) { file = File(try InputFile(path: path)) }

  /// Bytes of the file.
  var byteCount: Int { file.input.count }

  /// Bytes of a listing.
  private static let listing = 40 << 20

  /// Asks the reader what is in the file.
  func contents() throws(Diagnostic) -> HDF5Contents {
    // A thousand datasets take a hundredth of a second and half a MiB.
    let limits = ReaderLimits(memoryBytes: 192 << 20, cpuSeconds: 1 + byteCount >> 23, silence: 30)
    let text = try file.input.withDescriptor { (descriptor) throws(Diagnostic) in
      var reader = try ReaderProcess(
        arguments: ["hdf5-list"], files: [descriptor], limits: limits, work: .hdf5)
      return try reader.readToEnd(limit: Self.listing)
    }
    return try HDF5Contents(parsing: text)
  }

  /// Allows for a dataset of `size` bytes in the limits of the reader.
  func expect(_ size: Int) {
    state.withLock { state in
      state.total = state.total.addingReportingOverflow(size).partialValue
      state.largest = max(state.largest, size)
    }
  }

  /// The dataset at `path`, which is of `type`. Throws iff it cannot be unpacked.
  func unpack(_ path: String, _ type: TensorType) throws(Diagnostic) -> Tensor {
    let request = HDF5Request(path: path, byteCount: type.byteCount ?? 0)
    let outcome = state.withLock { state in
      Result { () throws(Diagnostic) in
        try Tensor(type) { (buffer) throws(Diagnostic) in try read(request, into: buffer, &state) }
      }
    }
    do throws(Diagnostic) { return try outcome.get() } catch { throw error.located(at: file.input.path) }
  }

  private func read(
    _ request: HDF5Request, into buffer: UnsafeMutableRawBufferPointer, _ state: inout State
  ) throws(Diagnostic) {
    if state.budget < buffer.count { state.reader = nil }
    let isFresh = state.reader == nil
    do throws(Diagnostic) {
      try ask(request, into: buffer, &state)
    } catch {
      state.reader = nil
      // The kernel ends a reader with the thread that started it.
      guard !isFresh else { throw error }
      try ask(request, into: buffer, &state)
    }
  }

  private func ask(
    _ request: HDF5Request, into buffer: UnsafeMutableRawBufferPointer, _ state: inout State
  ) throws(Diagnostic) {
    var reader: ReaderProcess
    if let running = state.reader.take() {
      reader = running
    } else {
      reader = try start(&state)
    }
    reader.send(request.bytes)
    try reader.read(into: buffer)
    state.budget -= buffer.count
    state.reader = consume reader
  }

  private func start(_ state: inout State) throws(Diagnostic) -> ReaderProcess {
    let limits = ReaderLimits(
      memoryBytes: 192 << 20 + 4 * min(state.largest, 1 << 50), cpuSeconds: 2 + state.total >> 24,
      silence: 60)
    state.budget = max(state.total, state.largest)
    return try file.input.withDescriptor { (descriptor) throws(Diagnostic) in
      try ReaderProcess(
        arguments: ["hdf5-read"], files: [descriptor], keepsFeeding: true, limits: limits, work: .hdf5)
    }
  }
}
