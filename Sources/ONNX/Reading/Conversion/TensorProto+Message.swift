import COnnx
import Tensors

extension TensorProto {
  /// What `message` says, its elements mapped where they are stored raw.
  ///
  /// Throws iff shape, element type and data do not agree, or the data come from no place or from two.
  init(_ message: Onnx__TensorProto, from source: inout ModelSource) throws(Diagnostic) {
    let name = Name(message.name)
    do throws(Diagnostic) {
      let contents = try Contents(message, from: &source)
      self.init(name, contents)
    } catch {
      throw error.noting(name.text.isEmpty ? "it is a tensor without name" : "it is tensor \(name.quoted)")
    }
    documentation = String(message.doc_string)
    metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
  }
}

extension TensorProto.Contents {
  fileprivate init(_ message: Onnx__TensorProto, from source: inout ModelSource) throws(Diagnostic) {
    let element = try ElementType(number: message.data_type)
    let shape = elements(message.n_dims, message.dims).map { Int($0) }
    guard let count = TensorType.count(shape) else { throw .badShape(shape) }
    let place = Int(message.begin)..<Int(message.end)
    let data = try source.file.withBytes(in: 0..<source.file.count) { bytes throws(Diagnostic) in
      try TensorData(bytes, in: place)
    }
    if element == .string {
      guard message.data_location == 0 else { throw .externalStrings }
      self = .strings(try data.strings(count, in: source.file), shape: shape)
      return
    }
    guard let dtype = element.dtype else { throw .undefined }
    let type = TensorType(dtype, shape: shape)
    guard let size = type.byteCount else { throw .badShape(shape) }
    switch message.data_location {
    case 0: self = .tensor(try data.tensor(type, from: &source))
    case 1:
      guard data.isEmpty else { throw .twoPlaces }
      let entries = [StringEntry](message.n_external_data, message.external_data)
      let reference = try ExternalReference(entries, notes: &source.notes)
      let (file, range) = try source.external.locate(reference, size, notes: &source.notes)
      self = .tensor(try Tensor(type, in: file, at: range).withCanonicalTruths(notes: &source.notes))
    default: throw .badLocation(message.data_location)
    }
  }
}

extension SparseTensorProto {
  /// What `message` says. Throws iff its parts do not fit together.
  init(_ message: Onnx__SparseTensorProto, from source: inout ModelSource) throws(Diagnostic) {
    guard let values = message.values, let indices = message.indices else { throw .partMissing }
    let shape = elements(message.n_dims, message.dims).map { Int($0) }
    guard TensorType.count(shape) != nil else { throw .badShape(shape) }
    self.init(
      values: try TensorProto(values.pointee, from: &source),
      indices: try TensorProto(indices.pointee, from: &source), shape: shape)
    try checkIndices()
  }
}

extension Diagnostic {
  fileprivate static func badShape(_ shape: [Int]) -> Diagnostic {
    let lengths = shape.map(String.init).joined(separator: ", ")
    return shape.contains { $0 < 0 }
      ? Diagnostic("shape is [\(lengths)]; expected no negative length")
      : Diagnostic("shape is [\(lengths)]; its size overflows 63 bits")
  }
  fileprivate static var externalStrings: Diagnostic {
    Diagnostic("the elements are strings in an external file; expected them in string_data")
  }
  fileprivate static var undefined: Diagnostic {
    Diagnostic("the element type is undefined; expected one of the numbers, or strings")
  }
  fileprivate static var twoPlaces: Diagnostic {
    Diagnostic("the data are in the model and in an external file as well; expected one place")
  }
  fileprivate static func badLocation(_ location: Int32) -> Diagnostic {
    Diagnostic("data_location is \(location); expected 0 (in the model) or 1 (external)")
  }
  fileprivate static var partMissing: Diagnostic {
    Diagnostic("a sparse tensor lacks its values or its indices")
  }
}
