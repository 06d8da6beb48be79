/// What is odd about a file but no error, a sentence each; of a kind at most a few, however many a file has.
struct Notes {
  private(set) var sentences: [String] = []
  private var counts: [String: Int] = [:]
  private static let limit = 8

  /// Keeps the sentence unless its kind has had its share.
  mutating func add(_ kind: String, _ sentence: @autoclosure () -> String) {
    let count = (counts[kind] ?? 0) + 1
    counts[kind] = count
    if count <= Notes.limit { sentences.append(sentence()) }
  }

  /// The sentences, and one for every kind of which some were left out.
  var all: [String] {
    let cut = counts.filter { $0.value > Notes.limit }.sorted { $0.key < $1.key }
    return sentences + cut.map { "\($0.value - Notes.limit) more of: \($0.key)" }
  }
}
