package import Checkpoints
package import Tensors

extension ModelProto {
  /// Tensors of more bytes than this go into a file of their own unless told otherwise.
  package static let inlineLimit = 1 << 16

  /// The tensors that are to be given while the model is written.
  package var drafts: [TensorDraft] {
    graph.initializers.compactMap { initializer in
      guard case .draft(let draft) = initializer.contents else { return nil }
      return draft
    }
  }

  /// Writes the model to `path`, and initializers of more than `inlineLimit` bytes to `path.data` beside it.
  ///
  /// Both files appear whole. Equal models give equal bytes. Throws as `ModelWriter` does.
  package func write(to path: String, externalAbove inlineLimit: Int = Self.inlineLimit) throws(Diagnostic) {
    let writer = AnyTensorWriter(try ModelWriter(to: path, self, externalAbove: inlineLimit))
    for draft in drafts {
      _ = try draft.stream { (bytes) throws(Diagnostic) in try writer.write(bytes, to: draft.name) }
    }
    try writer.commit()
  }
}
