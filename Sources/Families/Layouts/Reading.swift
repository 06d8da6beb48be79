import Graphs
import Operators
import Tensors

/// A node of a graph that computes, with what it reads told apart: weights by where they are stored, other
/// values by which computing node gives them.
///
/// Two layouts of a model give the same readings but for the places of the weights.
struct Reading {
  let op: any Op
  let operands: [Operand]

  enum Operand {
    case weight(TensorType, StoredStretch)
    /// The result of the computing node of that number.
    case value(Int)
  }
}

/// Elements of a stored tensor that follow on one another.
struct StoredStretch: Hashable {
  let path: Name
  let elements: Range<Int>
}

extension Graph {
  /// The computing nodes in order. Parameters, and what only cuts rows out of them or gives them another
  /// shape, are no computing.
  func readings() -> [Reading] {
    var stretches: [StoredStretch?] = []
    var numbers: [Int] = []
    var readings: [Reading] = []
    for node in nodes {
      let stretch = stretch(of: node, stretches)
      stretches.append(stretch)
      numbers.append(readings.count)
      guard stretch == nil else { continue }
      let operands = node.inputs.map { input -> Reading.Operand in
        let place = Int(input.index)
        return stretches[place].map { .weight(self[input].type, $0) } ?? .value(numbers[place])
      }
      readings.append(Reading(op: node.op, operands: operands))
    }
    return readings
  }

  /// What `node` has of a stored tensor, or `nil` iff it computes.
  private func stretch(of node: Node, _ known: [StoredStretch?]) -> StoredStretch? {
    if let parameter = node.op as? Parameter {
      return StoredStretch(path: parameter.path, elements: 0..<(parameter.type.count ?? 0))
    }
    guard let input = node.inputs.first, let whole = known[Int(input.index)] else { return nil }
    if node.op is Reshape { return whole }
    guard let slice = node.op as? Slice, slice.axis == 0, let start = slice.start.fixed,
      let rows = self[input].type.dims.first?.fixed, rows > 0, let count = node.type.count
    else { return nil }
    let first = whole.elements.lowerBound + whole.elements.count / rows * start
    return StoredStretch(path: whole.path, elements: first..<(first + count))
  }
}
