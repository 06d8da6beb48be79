import Graphs
package import Tensors

/// What stands for a node of another format whose result's shape depends on what an operand holds: it is said
/// in our ops as soon as the operand's elements are known.
package struct Deferred: GapOp {
  package static let name = "deferred"
  /// The node's operator, with its domain.
  package var operation: String
  /// What it waits for.
  package var reason: String
  /// Which result of the node this is.
  package var result: Int
  /// Dims that nobody knows yet have names that no input binds.
  package var type: TensorType

  package init(operation: String, reason: String, result: Int, type: TensorType) {
    (self.operation, self.reason, self.result, self.type) = (operation, reason, result, type)
  }
}
