/// The part of a dataset that one of several machines prepares: the `index`-th of `count`, counted from 1.
package struct DatasetShare: Hashable, Sendable {
  package let index: Int
  package let count: Int

  /// `nil` iff `index` is not in 1...`count` or there are more than 9,999.
  package init?(index: Int, of count: Int) {
    guard count <= 9999, index >= 1, index <= count else { return nil }
    (self.index, self.count) = (index, count)
  }

  /// The only one.
  package static let whole = DatasetShare()

  private init() { (index, count) = (1, 1) }

  /// The clips that are this one's, by their positions.
  package func clips<Clip>(of clips: [Clip]) -> [Clip] {
    clips.indices.filter { $0 % count == index - 1 }.map { clips[$0] }
  }

  var manifestName: String { "manifest\(suffix).json" }

  func shardName(_ number: Int) -> String { "clips\(suffix)-\(Self.padded(number, 6)).safetensors" }

  /// The number of a shard of this name, or `nil` iff it is none of this part's.
  func shardNumber(_ name: String) -> Int? {
    let (head, tail) = ("clips\(suffix)-", ".safetensors")
    guard name.hasPrefix(head), name.hasSuffix(tail), name.count > head.count + tail.count else { return nil }
    return Int(name.dropFirst(head.count).dropLast(tail.count))
  }

  private var suffix: String {
    count == 1 ? "" : "-\(Self.padded(index, 4))-of-\(Self.padded(count, 4))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
