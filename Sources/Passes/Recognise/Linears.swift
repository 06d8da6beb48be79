import Graphs
import Operators
import Tensors

extension Site {
  /// `linear` where this product is one with a weight that stands the other way round.
  var weightProduct: Replacement? {
    guard node.op is MatMul, graph[inputs[1]].op is Parameter, graph[inputs[1]].type.rank == 2,
      graph[inputs[0]].type.rank >= 2
    else { return nil }
    let (x, weight) = (inputs[0], inputs[1])
    return .building { (rebuild, name) throws(Diagnostic) in
      let turned = try rebuild.graph.transpose(rebuild.new(weight), [1, 0])
      return try rebuild.graph.add(Linear(), [rebuild.new(x), turned], name: name)
    }
  }

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
