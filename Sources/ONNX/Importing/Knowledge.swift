import Graphs
import Operators
import Tensors

/// What is known of the elements of values while a graph is made.
struct Knowledge {
  private var tensors: [Value: Tensor] = [:]
  /// For each node looked at so far whether its elements follow from those of known ones.
  private var follows: [Bool] = []

  /// The elements of values as lengths, `nil` where they are none, as far as somebody asked.
  private var asked: [Value: [Dim]?] = [:]

  mutating func set(_ value: Value, to tensor: Tensor) { tensors[value] = tensor }

  /// What was found when somebody asked for the elements as lengths; `.none` iff nobody did.
  func lengths(_ value: Value) -> [Dim]?? { asked[value] }

  mutating func set(_ value: Value, toLengths lengths: [Dim]?) { asked.updateValue(lengths, forKey: value) }

  /// Forgets the nodes from number `count` on: they have been taken back.
  mutating func forget(from count: Int) {
    tensors = tensors.filter { $0.key.index < count }
    asked = asked.filter { $0.key.index < count }
    if follows.count > count { follows.removeSubrange(count...) }
  }

  /// The elements of `value`, computed where they follow from known ones; `nil` iff they do not, or are more
  /// than `limit`.
  mutating func tensor(_ value: Value, in graph: Graph, limit: Int) throws(Diagnostic) -> Tensor? {
    if let tensor = tensors[value] { return tensor }
    look(at: graph)
    guard follows[Int(value.index)] else { return nil }
    var wanted: Set<Value> = [value]
    var open = [value]
    while let next = open.popLast() {
      for input in graph[next].inputs where tensors[input] == nil && wanted.insert(input).inserted {
        open.append(input)
      }
    }
    for value in wanted.sorted(by: { $0.index < $1.index }) {
      let node = graph[value]
      guard let count = node.type.count, count <= limit else { return nil }
      tensors[value] = try node.op.evaluate(node.inputs.compactMap { tensors[$0] }, as: node.type)
    }
    return tensors[value]
  }

  private mutating func look(at graph: Graph) {
    for value in graph.values(from: follows.count) {
      let node = graph[value]
      let isSource = tensors[value] != nil || node.op is Constant
      let isComputed =
        !(node.op is any LeafOp) && !(node.op is any GapOp) && !node.op.isOpenLength
        && node.inputs.allSatisfy { follows[Int($0.index)] }
      follows.append(isSource || isComputed)
    }
  }
}

extension Op {
  /// Whether this tells a length that is named.
  fileprivate var isOpenLength: Bool { (self as? Length).map { $0.dim.fixed == nil } ?? false }
}
