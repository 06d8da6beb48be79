import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators of classical machine learning, and of optional values where these are tensors.
  static let learned: [Operator] = [
    Operator("ArrayFeatureExtractor", domain: classical) { (call) throws(Diagnostic) in
      let (type, indices) = (try call.type(of: 0), try call.type(of: 1))
      guard type.rank > 0, let count = indices.dims.product else {
        throw call.refusal("picks \(indices) of \(type)")
      }
      let picked = try call.g.gather(call.input(0), call.g.reshape(call.input(1), [count]), axis: -1)
      return type.rank == 1 ? try call.g.reshape(picked, [1, count]) : picked
    },
    Operator("Binarizer", domain: classical) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      let threshold = try call.g.constant(call.real("threshold", default: 0), like: x)
      return try call.g.cast(call.g.less(threshold, x), to: call.type(x).element)
    },
    Operator("TreeEnsemble", domain: classical) { (call) throws(Diagnostic) in
      try TreeEnsemble(call).sums(columns: call.integer("n_targets", default: 0))
    },
    Operator("OptionalHasElement", since: 15) { (call) throws(Diagnostic) in
      try call.g.add(Constant([call.optional(0) == nil ? 0 : 1], TensorType(.bool, [])))
    },
    Operator("OptionalGetElement", since: 18) { (call) throws(Diagnostic) in try call.input(0) },
    Operator("TfIdfVectorizer", since: 9, phraseCounts),
  ]

  private static let classical = "ai.onnx.ml"

  /// How often each phrase of a pool stands in rows of whole numbers, its members the same distance apart.
  @Sendable private static func phraseCounts(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    let pool = try PhrasePool(call)
    guard type.element.isInteger, 1...2 ~= type.rank, let length = type.dims.last?.fixed else {
      throw call.refusal("counts phrases in \(type)")
    }
    let rows = Array(type.dims.dropLast())
    let zero = try call.g.broadcast(call.g.add(Constant([0], .f32())), rows + [1])
    var columns: [Value] = Array(repeating: zero, count: pool.columns)
    for phrase in pool.phrases {
      for distance in 1...(phrase.members.count == 1 ? 1 : pool.distances) {
        let count = length - distance * (phrase.members.count - 1)
        guard count > 0 else { break }
        var isHere: Value?
        for (index, member) in phrase.members.enumerated() {
          let part = try call.g.slice(x, axis: -1, start: Dim(index * distance), length: Dim(count))
          let one = try call.translation.literal(
            Tensor(integers: [Int64(member)], as: TensorType(.i64, [])), name: "")
          let holds = try call.g.equal(part, call.g.cast(one, to: type.element))
          isHere =
            try isHere.map { (all) throws(Diagnostic) in try call.g.add(And(), [all, holds]) } ?? holds
        }
        guard let isHere else { continue }
        let places = try call.g.sum(call.g.cast(isHere, to: .f32), axes: [-1])
        columns[phrase.column] = try call.g.add(columns[phrase.column], places)
      }
    }
    let counts = try call.g.concat(columns, axis: -1)
    return try pool.weighted(counts, call)
  }
}

/// The phrases that are counted.
private struct PhrasePool {
  private(set) var phrases: [(members: [Int], column: Int)] = []
  let columns: Int
  /// The greatest distance of one member of a phrase from the next.
  let distances: Int

  init(_ call: Call) throws(Diagnostic) {
    guard let pool = try call.integers("pool_int64s"), let starts = try call.integers("ngram_counts"),
      let places = try call.integers("ngram_indexes"), let skips = try call.integer("max_skip_count"),
      let least = try call.integer("min_gram_length"), let most = try call.integer("max_gram_length"),
      0..<Limits.distances ~= skips, places.allSatisfy({ 0..<Limits.phrases ~= $0 })
    else { throw call.refusal("has no pool of phrases of whole numbers") }
    (columns, distances) = ((places.max() ?? -1) + 1, skips + 1)
    var number = 0
    for (index, start) in starts.enumerated() {
      let end = starts.indices.contains(index + 1) ? starts[index + 1] : pool.count
      guard 0 <= start, start <= end, end <= pool.count else {
        throw call.refusal("has phrases from \(start) to \(end) of \(pool.count) numbers")
      }
      let size = index + 1
      for place in stride(from: start, to: end - size + 1, by: size) {
        guard places.indices.contains(number) else {
          throw call.refusal("has no column for phrase \(number)")
        }
        if least...Swift.max(least, most) ~= size {
          phrases.append((Array(pool[place..<place + size]), places[number]))
        }
        number += 1
      }
    }
    guard phrases.count * distances <= Limits.phrases, columns > 0 else {
      throw call.refusal("has \(phrases.count) phrases of up to \(distances) distances")
    }
  }

  /// `counts` as the node weighs them.
  func weighted(_ counts: Value, _ call: Call) throws(Diagnostic) -> Value {
    let weights = try call.reals("weights").map { (weights) throws(Diagnostic) in
      try call.translation.literal(Tensor(reals: weights, as: .f32(Dim(weights.count))), name: "weights")
    }
    let mode = try call.text("mode", default: "TF")
    var y = counts
    switch mode {
    case "TF": return y
    case "IDF": y = try call.g.minimum(counts, call.g.constant(1, like: counts))
    case "TFIDF": break
    default: throw call.refusal("weighs by \(mode)")
    }
    return try weights.map { (weights) throws(Diagnostic) in try call.g.multiply(y, weights) } ?? y
  }
}

extension Limits {
  /// Phrases, each at each distance, and the columns for them.
  fileprivate static let phrases = 1 << 12
  fileprivate static let distances = 1 << 10
}
