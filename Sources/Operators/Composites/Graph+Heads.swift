import Graphs
package import Tensors

extension Graph {
  /// `[B, N, heads·D]` as `[B, N, heads, D]`.
  ///
  /// Throws iff there are other axes or `heads` does not divide the last.
  mutating func splitting(_ x: Value, heads: Int) throws(Diagnostic) -> Value {
    let type = self[x].type
    let size = try type.headSize(heads)
    return try reshape(x, [type.dims[0], type.dims[1], Dim(heads), Dim(size)])
  }

  /// `[B, N, H, D]` as `[B, N, H·D]`, the last two lengths being fixed.
  mutating func merging(_ x: Value) throws(Diagnostic) -> Value {
    let dims = self[x].type.dims
    guard dims.count == 4, let features = dims[2] * dims[3] else { throw .unmerged(self[x].type) }
    return try reshape(x, [dims[0], dims[1], features])
  }
}

extension TensorType {
  /// The features of each of `heads` heads, of which the last axis of `[B, N, heads·D]` consists.
  ///
  /// Throws iff there are other axes or `heads` does not divide the last.
  package func headSize(_ heads: Int) throws(Diagnostic) -> Int {
    guard rank == 3, heads > 0, let features = dims[2].fixed, features.isMultiple(of: heads) else {
      throw .undivided(self, heads)
    }
    return features / heads
  }
}

extension Diagnostic {
  fileprivate static func undivided(_ type: TensorType, _ heads: Int) -> Diagnostic {
    Diagnostic("\(heads) heads do not divide the features of \(type)", note: "tokens are [B, N, heads·D]")
  }
  fileprivate static func unmerged(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) is not [B, N, H, D]", kind: .software)
  }
}
