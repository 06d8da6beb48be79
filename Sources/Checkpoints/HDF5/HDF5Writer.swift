package import Tensors

/// Writes an HDF5 file, each tensor in one piece and metadata as string attributes of the root group: flat dataset
/// names as those of h5py's state dicts, or, for names that are those of Keras's variables, the groups and lists of
/// `KerasLayout`.
///
/// Element types that HDF5 lacks are stored as unsigned integers with an attribute `dtype`, as Keras 3 does
/// (`keras/src/saving/saving_lib.py`, `H5Entry`): `bfloat16`, `float8_e4m3fn` and so on, in the words of
/// ml_dtypes. The headers are made by `foley-reader`, the elements are written from here.
package struct HDF5Writer: TensorWriter, ~Copyable {
  private var tensors: TensorFile
  private let declared: [(name: Name, type: TensorType)]

  /// Throws iff a name or metadata key comes twice or cannot stand in such a file, a type is open or of
  /// elements that it cannot hold, or `path` cannot be written.
  package init(
    to path: String, declaring tensors: [(name: Name, type: TensorType)],
    metadata: [(key: Name, value: String)] = []
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      let plan = try HDF5Plan(tensors, metadata: metadata)
      var file = try AtomicFile(replacing: path, expecting: plan.size)
      let starts = try plan.create(in: &file)
      self.tensors = TensorFile(file, tensors, at: starts)
      declared = tensors
    } catch { throw error.located(at: path) }
  }

  package func expect(_ type: TensorType, for name: Name) throws(Diagnostic) {
    try tensors.expect(type, for: name)
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    try tensors.write(bytes, to: name)
  }

  /// Throws iff the metadata cannot stand in such a file or be written.
  package mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    do throws(Diagnostic) {
      // The same datasets take the same places: their headers are made anew around the elements.
      let starts = try HDF5Plan(declared, metadata: metadata).create(in: &tensors.file)
      guard starts == tensors.starts else { throw .moved }
    } catch { throw error.located(at: tensors.file.path) }
  }

  package consuming func commit() throws(Diagnostic) { try tensors.whole().commit() }
}

extension Diagnostic {
  fileprivate static var moved: Diagnostic {
    Diagnostic("HDF5 gave a dataset another place when its file was made anew", kind: .software)
  }
}
