import Graphs
import Operators
import Tensors

/// Slices come before what is computed.
extension Site {
  /// The slice taken before what is done row by row.
  func sliceOfRows(_ op: Slice) -> Replacement? {
    guard let source = input(0), source.useCount == 1 else { return nil }
    let rank = node.type.rank
    let axis = op.axis < 0 ? op.axis + rank : op.axis
    let (operands, inner) = (source.inputs, source.node.op)
    let place: Int
    switch inner {
    case is Linear where axis < rank - 1: place = axis
    case let transpose as Transpose: place = transpose.permutation[axis]
    default: return nil
    }
    let slice = op.along(place)
    return .building { (rebuild, name) throws(Diagnostic) in
      var new = try rebuild.new(operands)
      new[0] = try rebuild.graph.add(slice, [new[0]])
      return try rebuild.graph.add(inner, new, name: name)
    }
  }

  /// Some of the features of a linear by these rows of its weight, as of queries, keys and values that are
  /// computed at once.
  func sliceOfFeatures(_ op: Slice) -> Replacement? {
    guard op.axis == -1 || op.axis == node.type.rank - 1,
      let (linear, operands) = input(0)?.match(Linear.self)
    else { return nil }
    let slice = op.along(0)
    return .building { (rebuild, name) throws(Diagnostic) in
      var new = [try rebuild.new(operands[0])]
      for weight in operands.dropFirst() { new.append(try rebuild.graph.add(slice, [rebuild.new(weight)])) }
      return try rebuild.graph.add(linear, new, name: name)
    }
  }
}

extension Slice {
  fileprivate func along(_ axis: Int) -> Slice {
    Slice(axis: axis, start: start, length: length, step: step ?? 1)
  }
}
