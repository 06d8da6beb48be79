import Graphs
package import Tensors

/// What stands for a node of another format that our ops cannot say. Running it is refused.
package struct Unsupported: GapOp {
  package static let name = "unsupported"
  /// The node's operator, with its domain.
  package var operation: String
  /// Why it is not supported.
  package var reason: String
  /// Which result of the node this is.
  package var result: Int
  /// As the file tells it; a scalar where it does not.
  package var type: TensorType

  package init(operation: String, reason: String, result: Int, type: TensorType) {
    (self.operation, self.reason, self.result, self.type) = (operation, reason, result, type)
  }
}
