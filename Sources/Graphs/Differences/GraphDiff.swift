package import Tensors

/// How two graphs differ: what stands in the one, in the other, and in both, but otherwise.
///
/// Nodes correspond by what they compute, not by name. Weights correspond by where they are read. The order of
/// nodes, of outputs, and of the operands of commutative ops makes no difference, nor do names.
package struct GraphDiff: Sendable {
  /// The graphs as they were compared: lengths that correspond are called as in the first.
  package let a: Graph
  package let b: Graph
  /// The nodes in both, weights left out, in the order of the first.
  package let pairs: [Pair]
  /// Empty iff the graphs are equal.
  package let changes: [Change]
  /// The weights in both.
  package let weights: [WeightPair]
  /// The lengths that are called otherwise or fixed in the one only: `B of A is batch of B`.
  package let lengths: [String]
  /// What the two do not have alike, although it makes no difference.
  package let notes: [String]

  package struct Pair: Hashable, Sendable {
    package let a: Value
    package let b: Value
  }

  package struct WeightPair: Hashable, Sendable {
    package let a: WeightLeaf
    package let b: WeightLeaf
  }

  package struct Change: Hashable, Sendable {
    package enum Kind: String, Sendable {
      case added, removed
      /// Another op, other attributes, or other values of a constant.
      case changed
      /// Reads something else.
      case rewired
      /// A result is another value, or missing in one of the two.
      case output
    }
    package let kind: Kind
    /// `nil` iff it stands in the second only.
    package let a: Value?
    /// `nil` iff it stands in the first only.
    package let b: Value?
    /// What is otherwise: `eps 1e-05 -> 1e-06`.
    package let details: [String]
  }

  /// Whether both compute the same as far as structure tells.
  package var isEqual: Bool { changes.isEmpty }

  /// Compares `a` with `b`. `commutative` names the ops whose two operands may be exchanged; `pairing` tells
  /// weights that are known to correspond, where paths do not: it is asked for a weight of `a`.
  ///
  /// Throws iff lengths cannot be renamed.
  package init(
    _ a: Graph, _ b: Graph, commutative: Set<String> = [], pairing: [WeightLeaf: WeightLeaf] = [:]
  ) throws(Diagnostic) {
    let agreement = LengthAgreement(a, b)
    (self.a, self.b) = try agreement.applied(a, b)
    let outlines = (
      Outline(self.a, commutative: commutative), Outline(self.b, commutative: commutative)
    )
    let start = GraphMatcher(outlines.0, outlines.1, inputs: agreement.inputs)
    let known = LeafIdentity(outlines.0, outlines.1, pairing)
    var matcher = start
    matcher.matchAlike(known.number)
    var changes = matcher.changes()
    if !changes.isEmpty {
      // By structure alone, where paths tell nothing.
      var other = start
      other.matchAlike { _, _ in nil }
      if other.changes().isEmpty, !known.isContradicted(by: other.leavesToB) {
        (matcher, changes) = (other, [])
      } else {
        matcher.matchRest(known.number)
        changes = matcher.changes()
      }
    }
    self.changes = changes
    pairs = matcher.pairs
    weights = matcher.leavesToB.sorted { ($0.key.path, $0.key.offset) < ($1.key.path, $1.key.offset) }
      .map { WeightPair(a: $0.key, b: $0.value) }
    lengths = agreement.words
    notes = matcher.notes
  }
}

extension LengthAgreement {
  fileprivate var words: [String] {
    names.filter { $0.key != $0.value }.sorted { $0.key < $1.key }.map {
      "\($0.value) of A is \($0.key) of B"
    }
      + followersA.sorted { $0.key < $1.key }.map { "\($0.key) of A is \($0.value) of B" }
      + followersB.sorted { $0.key < $1.key }.map { "\($0.key) of B is \($0.value) of A" }
      + bindingsA.sorted { $0.key < $1.key }.map { "\($0.key) of A is \($0.value)" }
      + bindingsB.sorted { $0.key < $1.key }.map { "\($0.key) of B is \($0.value)" }
  }
}

/// Which weights are known to be the same: those paired, else those of one path.
struct LeafIdentity {
  private var numbersA: [WeightLeaf: Int] = [:]
  private var numbersB: [WeightLeaf: Int] = [:]
  private let isPaired: Bool

  init(_ a: Outline, _ b: Outline, _ pairing: [WeightLeaf: WeightLeaf]) {
    let (mine, yours) = (Set(a.leaves.compactMap { $0 }), Set(b.leaves.compactMap { $0 }))
    isPaired = !pairing.isEmpty
    for leaf in mine {
      let other = pairing[leaf] ?? leaf
      guard yours.contains(other), numbersB[other] == nil else { continue }
      let number = numbersB.count + 1
      (numbersA[leaf], numbersB[other]) = (number, number)
    }
  }

  func number(_ leaf: WeightLeaf, _ isA: Bool) -> Int? { isA ? numbersA[leaf] : numbersB[leaf] }

  /// Whether a weight of the one graph is matched with a weight of another path, although the other graph has its
  /// path, too.
  func isContradicted(by leaves: [WeightLeaf: WeightLeaf]) -> Bool {
    leaves.contains { mine, yours in
      guard let number = numbersA[mine] else { return false }
      return numbersB[yours] != number
    }
  }
}
