import Graphs
import Operators
import Tensors

extension Site {
  /// The attention with fewer key and value heads where each of them is repeated before it, so that adjoining
  /// query heads read the same.
  var groupedAttention: Replacement? {
    guard let (attention, _) = match(Attention.self), attention.kvHeads == attention.heads,
      attention.heads > 1,
      let keys = graph.repeatedHeads(inputs[1], heads: attention.heads),
      let values = graph.repeatedHeads(inputs[2], heads: attention.heads), keys.heads == values.heads
    else { return nil }
    var op = attention
    op.kvHeads = keys.heads
    return .building { [inputs, op] (rebuild, name) throws(Diagnostic) in
      let k = try keys.tokens(&rebuild)
      let v = try values.tokens(&rebuild)
      let rest = try rebuild.new(Array(inputs.dropFirst(3)))
      return try rebuild.graph.add(op, [rebuild.new(inputs[0]), k, v] + rest, name: name)
    }
  }
}

/// Heads before each of them is repeated.
private struct RepeatedHeads {
  /// What is broadcast, with an axis of length 1 for the repetition.
  let source: Value
  /// How its axes are put in the order of tokens, heads, features.
  let permutation: [Int]
  let dims: [Dim]
  let heads: Int

  func tokens(_ rebuild: inout Rebuild) throws(Diagnostic) -> Value {
    let turned = try rebuild.graph.transpose(rebuild.new(source), permutation)
    return try rebuild.graph.reshape(turned, dims)
  }
}

extension Graph {
  /// What `[B, M, heads·D]` is where it is each of fewer heads several times.
  fileprivate func repeatedHeads(_ value: Value, heads: Int) -> RepeatedHeads? {
    let type = self[value].type
    guard self[value].op is Reshape, type.rank == 3, let size = type.dims[2].dividedExactly(by: heads) else {
      return nil
    }
    var wide = unshaped(value)
    var permutation = Array(self[wide].type.dims.indices)
    if let transpose = self[wide].as(Transpose.self) {
      (permutation, wide) = (transpose.permutation, self[wide].inputs[0])
    }
    guard self[wide].op is Broadcast else { return nil }
    let source = self[wide].inputs[0]
    let (before, after) = (self[source].type.dims, self[wide].type.dims)
    guard before.count == after.count else { return nil }
    let grown = permutation.indices.filter { before[permutation[$0]] != after[permutation[$0]] }
    let turned = permutation.map { after[$0] }
    guard grown.count == 1, let place = grown.first, let times = turned[place].fixed, times > 1,
      heads.isMultiple(of: times), let kept = Dim(heads / times) * size,
      let groups = turned.groups(merging: [type.dims[0], type.dims[1], Dim(heads), size]),
      groups[2].contains(place), turned[(place + 1)..<(groups[3].first ?? place + 1)].allSatisfy({ $0 == 1 })
    else { return nil }
    return RepeatedHeads(
      source: source, permutation: permutation, dims: [type.dims[0], type.dims[1], kept], heads: heads / times
    )
  }
}
