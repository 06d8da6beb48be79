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
    throw Diagnostic("\(Self.name) has no expansion yet", kind: .software)
  }
}
