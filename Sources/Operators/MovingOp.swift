package import Graphs
package import Tensors

/// An op that moves elements and computes none. Of its first input it reads no more than it writes.
package protocol MovingOp: Op {}

extension MovingOp {
  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost {
    var cost = Cost.touching(inputs, output, flops: 0)
    let unread = Double(inputs.first?.byteCount ?? 0) - Double(output.byteCount ?? 0)
    cost.bytes -= max(0, unread)
    return cost
  }
}
