package import Graphs
package import Tensors

/// T5's attention bias: what a table holds for the bucket of the distance from query to key.
///
/// Input: table `[buckets, heads]`. Result: `[1, heads, queries, keys]`, to be added to the scores. Bucket
/// numbers are those of `RelativeBuckets`.
package struct RelativeBias: CompositeOp {
  package static let name = "relative_bias"
  package var queries: Dim
  package var keys: Dim
  package var buckets: Int
  package var maxDistance: Int
  package var bidirectional: Bool

  enum CodingKeys: String, CodingKey {
    case queries, keys, buckets
    case maxDistance = "max_distance"
    case bidirectional
  }

  package init(
    queries: Dim, keys: Dim, buckets: Int = 32, maxDistance: Int = 128, bidirectional: Bool = true
  ) {
    (self.queries, self.keys, self.buckets) = (queries, keys, buckets)
    (self.maxDistance, self.bidirectional) = (maxDistance, bidirectional)
  }

  package func expand(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> Value {
    try expectCount(inputs.map { g[$0].type }, 1)
    let table = g[inputs[0]].type
    guard table.rank == 2, table.dims[0] == Dim(buckets) else { throw .table(table, buckets) }
    let places = try g.add(
      RelativeBuckets(
        queries: queries, keys: keys, buckets: buckets, maxDistance: maxDistance,
        bidirectional: bidirectional))
    let bias = try g.transpose(g.gather(inputs[0], places, axis: 0), [2, 0, 1])
    return try g.reshape(bias, [1] + g[bias].type.dims)
  }
}

extension Diagnostic {
  fileprivate static func table(_ table: TensorType, _ buckets: Int) -> Diagnostic {
    Diagnostic("relative_bias takes a table [\(buckets), heads], but is given \(table)")
  }
}
