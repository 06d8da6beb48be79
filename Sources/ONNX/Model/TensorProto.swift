package import Checkpoints
package import Tensors

/// A tensor of the file.
package struct TensorProto: Sendable {
  package var name: Name
  package var contents: Contents
  package var documentation = ""
  package var metadata: [StringEntry] = []

  package init(_ name: Name, _ contents: Contents) { (self.name, self.contents) = (name, contents) }
  package init(_ name: Name, _ tensor: Tensor) { self.init(name, .tensor(tensor)) }

  package enum Contents: Sendable {
    /// Numbers; the bytes are a range of the model file or of its external data where they are stored raw.
    case tensor(Tensor)
    /// Strings, row-major.
    case strings([[UInt8]], shape: [Int])
    /// Numbers of a model that is to be written, whose bytes are given then. Files that are read have none.
    case draft(TensorDraft)
  }
}

/// A tensor of which most elements are zero (`SparseTensorProto`).
package struct SparseTensorProto: Sendable {
  /// The elements that are not zero, `[N]`; it carries the name.
  package var values: TensorProto
  /// Row-major places `[N]`, or coordinates `[N, rank]`.
  package var indices: TensorProto
  package var shape: [Int]

  package init(values: TensorProto, indices: TensorProto, shape: [Int]) {
    (self.values, self.indices, self.shape) = (values, indices, shape)
  }
}
