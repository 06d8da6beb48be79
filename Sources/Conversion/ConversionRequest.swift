import Checkpoints
package import Tensors

/// What somebody wants a source converted to.
package struct ConversionRequest: Sendable {
  /// A file, whose extension says its format, or a directory.
  package var output: String
  /// The element type of all floats; as they are without one.
  package var element: DType?
  /// The layout of parameters and configuration; as it is without one.
  package var layout: String?
  /// The most bytes of tensors in one file of a directory.
  package var shardSize: Int?
  /// Whether the output is a directory whatever it is called.
  package var isDirectory = false

  package init(output: String) { self.output = output }

  /// The draft with its floats in the wanted type.
  func cast(_ draft: TensorDraft) -> TensorDraft { element.map { draft.cast(to: $0) } ?? draft }
  func cast(_ drafts: [TensorDraft]) -> [TensorDraft] { drafts.map(cast) }
}
