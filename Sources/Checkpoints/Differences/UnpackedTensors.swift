import Tensors

/// The tensors of a checkpoint, those that the file packs kept for a while: they are asked for again and again.
final class UnpackedTensors {
  private var kept: [(name: Name, tensor: Tensor)] = []

  /// Bytes that may be kept.
  static let limit = 128 << 20

  /// The tensor of `entry`. Throws iff the file does not hold what it says.
  func tensor(_ entry: Checkpoint.Entry) throws(Diagnostic) -> Tensor {
    guard entry.unpackedBytes > 0 else { return try entry.tensor }
    if let known = kept.first(where: { $0.name == entry.name }) { return known.tensor }
    let tensor = try entry.tensor
    kept.append((entry.name, tensor))
    var bytes = kept.reduce(0) { $0 + $1.tensor.byteCount }
    while bytes > Self.limit, kept.count > 1 { bytes -= kept.removeFirst().tensor.byteCount }
    return tensor
  }
}

extension Checkpoint.Entry {
  /// Bytes of memory that its tensor takes; 0 iff it is mapped.
  var unpackedBytes: Int { file == nil ? byteCount : 0 }
}

extension Sequence {
  /// The elements in order, in runs of at most `count` that take `limit` bytes together or are one.
  func runs(of count: Int = .max, within limit: Int, bytes: (Element) -> Int) -> [[Element]] {
    var runs: [[Element]] = []
    var taken = 0
    for element in self {
      let size = bytes(element)
      if let last = runs.last, last.count < count, taken + size <= limit {
        runs[runs.count - 1].append(element)
        taken += size
      } else {
        runs.append([element])
        taken = size
      }
    }
    return runs
  }
}
