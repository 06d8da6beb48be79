package import Graphs
package import Tensors

/// Where the bytes of a value lie while a plan runs.
package enum Placement: Hashable, Sendable {
  /// In the arena that every run writes anew.
  case arena(Range<Int>)
  /// In the prologue's memory: written once after loading, read by every run.
  case prologue(Range<Int>)
  /// In the checkpoint, as the bytes of the parameter at this path.
  case parameter(Name)
  /// In the memory of the graph's i-th input, which a run never writes.
  case input(Int)
  /// In the memory of the graph's i-th output, which nothing else ever shares.
  case output(Int)
  /// Inside the bytes of another value, `offset` bytes behind their start.
  case alias(of: Value, offset: Int)
}
