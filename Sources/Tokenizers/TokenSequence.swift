/// A text as the text encoder takes it.
package struct TokenSequence: Hashable, Sendable {
  /// Ids, the end token, then padding.
  package var ids: [Int64]
  /// 1 on ids and the end token, 0 on padding.
  package var mask: [Int64]
  /// Tokens of the text that did not fit.
  package var dropped: Int

  package init(ids: [Int64], mask: [Int64], dropped: Int) {
    (self.ids, self.mask, self.dropped) = (ids, mask, dropped)
  }
}
