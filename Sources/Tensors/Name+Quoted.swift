extension Name {
  /// The name between quotes with controls escaped, cut in the middle iff it is longer than a line; for
  /// messages.
  package var quoted: String {
    let whole = text.escapingControls
    guard whole.utf8.count > 120 else { return "\"\(whole)\"" }
    return "\"\(whole.prefix(60))…\(whole.suffix(20))\" (\(text.utf8.count) bytes)"
  }
}
