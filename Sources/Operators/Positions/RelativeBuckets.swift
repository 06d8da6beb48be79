import Glibc
package import Graphs
package import Tensors

/// T5's bucket of the distance from each query to each key: `i64[queries, keys]`.
///
/// With `bidirectional` keys behind the query use the upper half of the buckets; without it they count as
/// distance 0. Half of what is left holds one distance each, the rest grow logarithmically up to
/// `max_distance`, beyond which all is one bucket.
///
/// Source: `T5Attention._relative_position_bucket` of transformers, whose logarithm is taken in `f32`.
package struct RelativeBuckets: MovingOp {
  package static let name = "relative_buckets"
  package var queries: Dim
  package var keys: Dim
  package var buckets: Int
  package var maxDistance: Int
  package var bidirectional: Bool

  package init(
    queries: Dim, keys: Dim, buckets: Int = 32, maxDistance: Int = 128, bidirectional: Bool = true
  ) {
    (self.queries, self.keys) = (queries, keys)
    (self.buckets, self.maxDistance, self.bidirectional) = (buckets, maxDistance, bidirectional)
  }

  private enum CodingKeys: String, CodingKey {
    case queries, keys, buckets
    case maxDistance = "max_distance"
    case bidirectional
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 0)
    guard exact > 0, buckets <= 1 << 20 else { throw .buckets(self) }
    guard maxDistance > exact, maxDistance <= 1 << 24 else { throw .distance(self, exact) }
    return try typed(.i64, [queries, keys])
  }

  /// The buckets of one direction.
  private var side: Int { bidirectional ? buckets / 2 : buckets }
  /// The distances that have a bucket of their own.
  private var exact: Int { side / 2 }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let (queries, keys) = (try length(queries), try length(keys))
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let thresholds = thresholds
    let near = (0...maxDistance).map { distance in
      distance < exact ? distance : exact + thresholds.count { $0 <= distance }
    }
    var values: [Int64] = []
    for query in 0..<queries {
      for key in 0..<keys {
        let isBehind = bidirectional && key > query
        let distance = bidirectional ? (key - query).magnitude : UInt(max(query - key, 0))
        let bucket = near[min(Int(clamping: distance), maxDistance)]
        values.append(Int64(isBehind ? side + bucket : bucket))
      }
    }
    return try Tensor(integers: values, as: type)
  }

  /// The least distance of each logarithmic bucket but the first, rising, up to `maxDistance`.
  private var thresholds: [Int] {
    let range = Float(Glibc.log(Double(maxDistance) / Double(exact)))
    func step(_ distance: Int) -> Int {
      let part = logf(Float(distance) / Float(exact)) / range * Float(side - exact)
      return min(Int(part), side - 1 - exact)
    }
    var thresholds: [Int] = []
    for distance in exact...maxDistance {
      while thresholds.count < step(distance) { thresholds.append(distance) }
    }
    return thresholds
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
}

extension Diagnostic {
  fileprivate static func buckets(_ op: RelativeBuckets) -> Diagnostic {
    Diagnostic(
      "relative_buckets has \(op.buckets) buckets, but it needs \(op.bidirectional ? 4 : 2) to \(1 << 20)")
  }
  fileprivate static func distance(_ op: RelativeBuckets, _ exact: Int) -> Diagnostic {
    Diagnostic(
      """
      relative_buckets has max_distance \(op.maxDistance), but with \(op.buckets) buckets it must be in \
      \(exact + 1) to \(1 << 24)
      """
    )
  }
}
