/// What an import may cost.
enum Limits {
  /// Nodes of a graph, after functions and loops are written out.
  static let nodes = 1_000_000
  /// How deep functions and bodies may stand in each other.
  static let calls = 100
  /// Whole numbers or truths of a tensor that stands in the graph itself, as T5's buckets by distance do.
  static let literal = 512
}
