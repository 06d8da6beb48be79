package import Graphs
package import Tensors

/// An op that moves elements and computes none.
package protocol MovingOp: Op {}

extension MovingOp {
  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    .touching(inputs, output, flops: 0)
  }
}
