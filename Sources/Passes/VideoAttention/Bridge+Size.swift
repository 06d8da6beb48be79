extension Bridge {
  /// How many numbers a block of the bridge learns where the stream is `width` wide, a shared adapter not counted.
  ///
  /// Holds for a bridge that `check()` lets pass; others may be too large to count.
  package func parameterCount(width: Int) -> Int {
    let maps = width * innerDim + videoDim * 2 * innerDim + innerDim * width
    let biases = bias ? innerDim + 2 * innerDim + width : 0
    var norms = 2 * width
    if videoNorm { norms += 2 * videoDim }
    if qkNorm { norms += 2 * 2 * headDim }
    return maps + biases + norms + (gate ? 1 : 0) + (adapter == .perBlock ? adapterCount : 0)
  }

  /// How many numbers the whole bridge learns.
  package var parameterCount: Int {
    widths.map(parameterCount).reduce(adapter == .shared ? adapterCount : 0, +)
  }

  /// Two matrices and their biases.
  private var adapterCount: Int { 2 * adapterHidden * videoDim + adapterHidden + videoDim }
}
