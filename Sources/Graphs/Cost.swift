package import Tensors

/// The work of a node or a graph.
package struct Cost: Hashable, Sendable {
  /// Floating-point operations; a multiply-add counts two.
  package var flops: Double
  /// Those of `flops` that are in products of operands rounded to `bf16`.
  package var narrowFlops: Double
  /// Bytes read and written once.
  package var bytes: Double

  package init(flops: Double = 0, narrowFlops: Double = 0, bytes: Double = 0) {
    (self.flops, self.narrowFlops, self.bytes) = (flops, narrowFlops, bytes)
  }

  package static func + (a: Cost, b: Cost) -> Cost {
    Cost(
      flops: a.flops + b.flops, narrowFlops: a.narrowFlops + b.narrowFlops, bytes: a.bytes + b.bytes)
  }

  /// `flops` operations over inputs and an output that are each touched once.
  package static func touching(
    _ inputs: [TensorType], _ output: TensorType, flops: Double, narrowFlops: Double = 0
  ) -> Cost {
    let bytes = (inputs + [output]).reduce(0) { $0 + Double($1.byteCount ?? 0) }
    return Cost(flops: flops, narrowFlops: narrowFlops, bytes: bytes)
  }
}
