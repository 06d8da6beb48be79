import Tensors

/// The mean of the patches of each cell of a coarser grid, in the order frame, row, column.
struct VideoPooling {
  /// Patches along a side of a frame.
  let side: Int
  /// Cells along a side.
  let cells: Int
  let width: Int

  init(side: Int, to cells: Int, width: Int) { (self.side, self.cells, self.width) = (side, cells, width) }

  /// `[F, side², width]` -> `[F, cells², width]`. Throws iff the cells do not divide the side, or the values do
  /// not make whole frames.
  func pool(_ patches: [Float]) throws(Diagnostic) -> [Float] {
    let frame = side * side * width
    guard cells > 0, side % cells == 0, frame > 0, patches.count % frame == 0 else {
      throw .uneven(side, cells)
    }
    let span = side / cells
    let share = 1 / Double(span * span)
    var pooled: [Float] = []
    pooled.reserveCapacity(patches.count / (span * span))
    var sums = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: patches.count, by: frame) {
      for cell in 0..<cells * cells {
        for place in sums.indices { sums[place] = 0 }
        let (row, column) = (cell / cells * span, cell % cells * span)
        for inside in 0..<span * span {
          let patch = (row + inside / span) * side + column + inside % span
          let base = start + patch * width
          for place in 0..<width { sums[place] += Double(patches[base + place]) }
        }
        for sum in sums { pooled.append(Float(sum * share)) }
      }
    }
    return pooled
  }
}

extension Diagnostic {
  fileprivate static func uneven(_ side: Int, _ cells: Int) -> Diagnostic {
    Diagnostic(
      "a frame of \(side) by \(side) patches cannot be pooled to \(cells) by \(cells)",
      help: "use a bridge with pooling frame, or the encoder the bridge was made for")
  }
}
