import Tensors

/// A piece of memory that is needed from one moment to another, both included.
struct Block {
  var size: Int
  var moments: ClosedRange<Int>
}

/// Offsets for blocks such that no two that are needed at one moment overlap.
///
/// Largest first, each into the smallest gap that fits between those placed already, ties towards the
/// start. The result depends on the blocks alone.
struct ArenaLayout {
  /// An offset for each block, a multiple of the plan's alignment.
  private(set) var offsets: [Int]
  private(set) var size = 0

  /// Throws iff the blocks do not fit in an address space.
  init(_ blocks: [Block]) throws(Diagnostic) {
    offsets = Array(repeating: 0, count: blocks.count)
    let order = blocks.indices.sorted { a, b in
      (blocks[b].size, blocks[a].moments.lowerBound, a) < (blocks[a].size, blocks[b].moments.lowerBound, b)
    }
    var placed: [Int] = []
    for index in order {
      let offset = ArenaLayout.gap(for: blocks[index], among: placed, blocks, offsets)
      let (end, overflow) = offset.addingReportingOverflow(blocks[index].size)
      guard !overflow else { throw .tooLarge() }
      offsets[index] = offset
      size = max(size, end)
      let place = placed.firstIndex { offsets[$0] > offset } ?? placed.endIndex
      placed.insert(index, at: place)
    }
  }

  /// The start of the tightest gap for `block`; `placed` is sorted by offset.
  private static func gap(for block: Block, among placed: [Int], _ blocks: [Block], _ offsets: [Int]) -> Int {
    var best: (offset: Int, slack: Int)?
    var free = 0
    for other in placed where blocks[other].moments.overlaps(block.moments) {
      let slack = offsets[other] - free - block.size
      if slack >= 0, slack < best?.slack ?? .max { best = (free, slack) }
      free = max(free, offsets[other] + blocks[other].size)
    }
    return best?.offset ?? free
  }
}

extension Int {
  /// The next multiple of the plan's alignment, or `nil` iff that overflows.
  var aligned: Int? {
    let (sum, overflow) = addingReportingOverflow(Plan.alignment - 1)
    return overflow ? nil : sum / Plan.alignment * Plan.alignment
  }
}

extension Diagnostic {
  static func tooLarge() -> Diagnostic {
    Diagnostic("the tensors of this graph do not fit in an address space", help: "run it on shorter inputs")
  }
}
