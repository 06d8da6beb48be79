import Graphs
import Operators

extension Site {
  /// `linear` where this product is one with a transposed matrix.
  var matrixProduct: Found? {
    guard let (transpose, matrix) = input(1)?.match(Transpose.self), transpose.permutation == [1, 0] else {
      return nil
    }
    return Found(Linear(), inputs[0], matrix[0])
  }

  /// `linear` or `layer_norm` with a bias where this sum adds one.
  var biased: Found? {
    for (place, row) in [(0, inputs[1]), (1, inputs[0])] where graph.isRow(row, of: value) {
      if let linear = sole(Linear.self, at: place), linear.inputs.count == 2 {
        return Found(linear.op, linear.inputs + [row])
      }
      if let norm = sole(LayerNorm.self, at: place), norm.inputs.count == 2 {
        return Found(norm.op, norm.inputs + [row])
      }
    }
    return nil
  }
}
