extension Bridge {
  /// How many numbers each block of the bridge learns, a shared adapter not counted.
  ///
  /// Holds for a bridge that `check()` lets pass; others may be too large to count.
  package var parameterCountPerBlock: Int {
    let maps = backboneDim * innerDim + videoDim * 2 * innerDim + innerDim * backboneDim
    let biases = bias ? innerDim + 2 * innerDim + backboneDim : 0
    var norms = 2 * backboneDim
    if videoNorm { norms += 2 * videoDim }
    if qkNorm { norms += 2 * 2 * headDim }
    return maps + biases + norms + (gate ? 1 : 0) + (adapter == .perBlock ? adapterCount : 0)
  }

  /// How many numbers the whole bridge learns.
  package var parameterCount: Int {
    depth * parameterCountPerBlock + (adapter == .shared ? adapterCount : 0)
  }

  /// Two matrices and their biases.
  private var adapterCount: Int { 2 * adapterHidden * videoDim + adapterHidden + videoDim }
}
