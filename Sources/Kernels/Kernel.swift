package import Graphs
package import Tensors

/// Computes the result of one node; everything but the addresses is fixed. Allocates nothing unless its
/// kernel says so.
package typealias Run = @Sendable (Operands) throws(Diagnostic) -> Void

/// The fixed types of a node's operands and result.
package struct Signature: Sendable {
  package let inputs: [TensorType]
  package let output: TensorType

  package init(_ inputs: [TensorType], _ output: TensorType) { (self.inputs, self.output) = (inputs, output) }
}

/// A fast way to compute one kind of op.
///
/// Its result has the reference result's meaning to round-off, and never depends on the number of threads.
/// Where the op may overwrite an operand, so may the kernel be given one address for both.
package struct Kernel: Sendable {
  package let op: any Op.Type
  /// What computes the op on these types, or `nil` iff the kernel does not cover them.
  package let prepare: @Sendable (any Op, Signature) -> Run?

  package init<Operation: Op>(
    _: Operation.Type, prepare: @escaping @Sendable (Operation, Signature) -> Run?
  ) {
    op = Operation.self
    self.prepare = { op, signature in (op as? Operation).flatMap { prepare($0, signature) } }
  }
}

extension Signature {
  /// Whether operands and result are all `f32`.
  var isFloat: Bool { output.element == .f32 && inputs.allSatisfy { $0.element == .f32 } }

  /// The lengths of operand `index`.
  func shape(_ index: Int) -> [Int] { inputs[index].shape ?? [] }
  /// The lengths of the result.
  var shape: [Int] { output.shape ?? [] }
  /// How many elements the result has.
  var count: Int { output.count ?? 0 }
}
