import CKernels
package import Graphs

/// What the machine does at best, on the threads and with the instruction set in use.
package struct Ceiling: Sendable {
  /// Floating-point operations a second, in registers alone; a multiply-add counts two.
  package let flops: Double
  /// The same of pairs of `bf16`; `nil` where products of narrow operands are computed as wide ones.
  package let narrowFlops: Double?
  /// Bytes a second read from memory; `nil` iff there was none to try it with.
  package let readBytes: Double?

  package init(flops: Double, narrowFlops: Double? = nil, readBytes: Double? = nil) {
    (self.flops, self.narrowFlops, self.readBytes) = (flops, narrowFlops, readBytes)
  }

  /// Measures for about half a second.
  package static func measured() -> Ceiling {
    let (narrow, read) = (2 * ck_ceiling(CK_BF16), ck_read_ceiling())
    return Ceiling(
      flops: 2 * ck_ceiling(CK_F32), narrowFlops: narrow > 0 ? narrow : nil,
      readBytes: read > 0 ? read : nil)
  }

  /// The seconds that the operations of `cost` take at least.
  package func seconds(for cost: Cost) -> Double {
    (cost.flops - cost.narrowFlops) / flops + cost.narrowFlops / (narrowFlops ?? flops)
  }
}
