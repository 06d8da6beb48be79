extension Int {
  /// So many frames cut into stretches of `length`; a last one that is hardly longer than the halo joins the one
  /// before.
  func stretches(of length: Int, halo: Int) -> [Range<Int>] {
    var stretches: [Range<Int>] = []
    var start = 0
    while start < self {
      let rest = self - start
      let count = rest <= length + 4 * halo ? rest : length
      stretches.append(start..<start + count)
      start += count
    }
    return stretches
  }
}
