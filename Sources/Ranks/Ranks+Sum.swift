import CRanks
package import Tensors

extension Ranks {
  /// Which of `total` pieces of work, counted from 0, are this rank's: every so many'th.
  package func share(of total: Int) -> StrideTo<Int> { stride(from: rank, to: total, by: count) }

  /// The sum of `value` over the ranks, added in their order: the same bits on all.
  package func sum(_ value: Double) throws(Diagnostic) -> Double { try gather(value).reduce(0, +) }

  /// Sets `values` on every rank to their sums over the ranks, added in their order: the same bits on all.
  package func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(Diagnostic) {
    guard count > 1, let first = values.baseAddress else { return }
    try check(ranks_sum(first, values.count))
  }
}
