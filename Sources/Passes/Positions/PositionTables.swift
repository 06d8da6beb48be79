import Graphs
import Operators
import Tensors

/// The values of nodes that depend on named lengths alone, such as indices, distances and masks of positions,
/// tried at a few lengths.
///
/// An exporter spells a table of positions in a dozen ways; what it holds tells which table it is.
struct PositionTables {
  private let graph: Graph
  /// For each node whether it depends on lengths and numbers alone.
  private let isTable: [Bool]
  /// For each node whether somebody reads it who is no table.
  private let isRead: [Bool]
  /// Sets of lengths for every name of the graph: small ones, all different, and one that is long in turn.
  private let trials: [[String: Int]]
  private var known: [Value: [Tensor]?] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    var isTable: [Bool] = []
    for node in graph.nodes {
      let isLeaf = node.op is Constant || (node.inputs.isEmpty && !(node.op is any TypedOp))
      let isComputed = !node.inputs.isEmpty && !(node.op is any GapOp) && !(node.op is any ControlOp)
      isTable.append(isLeaf || (isComputed && node.inputs.allSatisfy { isTable[Int($0.index)] }))
    }
    self.isTable = isTable
    var isRead = isTable.map { _ in false }
    for (index, node) in graph.nodes.enumerated() where !isTable[index] {
      for input in node.inputs { isRead[Int(input.index)] = true }
    }
    for output in graph.outputs { isRead[Int(output.value.index)] = true }
    self.isRead = isRead
    let names = Set(graph.inputs.flatMap { graph[$0].type.dims.flatMap(\.names) }).sorted()
    let small = Dictionary(zip(names, PositionTables.primes)) { first, _ in first }
    trials = [small] + names.prefix(4).map { name in small.merging([name: 263]) { $1 } }
  }

  private static let primes = [5, 7, 3, 11, 13, 17, 19, 23, 29, 31, 37, 41]
  private static let largest = 1 << 20

  /// Whether `value` follows from lengths and numbers alone.
  func holds(_ value: Value) -> Bool { isTable[Int(value.index)] }

  /// Whether `value` is a table that is read by more than tables.
  func ends(_ value: Value) -> Bool { holds(value) && isRead[Int(value.index)] }

  /// The lengths at which `values` are told.
  var lengths: [[String: Int]] { trials }

  /// The elements of `value` at each of `lengths`; `nil` iff it is no such table, or too large to try.
  mutating func values(_ value: Value) -> [Tensor]? {
    if let known = known[value] { return known }
    let tensors = try? computed(value)
    known.updateValue(tensors, forKey: value)
    return tensors
  }

  private func computed(_ value: Value) throws(Diagnostic) -> [Tensor]? {
    guard holds(value) else { return nil }
    let part = try graph.part(computing: value, as: "table")
    var tensors: [Tensor] = []
    for lengths in trials {
      let bound = try part.binding(lengths)
      guard bound.nodes.allSatisfy({ ($0.type.count ?? .max) <= PositionTables.largest }) else { return nil }
      let results = try bound.evaluate([:]) { path throws(Diagnostic) in throw .noParameter(path) }
      guard let tensor = results["table"] else { return nil }
      tensors.append(tensor)
    }
    return tensors
  }
}

extension Diagnostic {
  fileprivate static func noParameter(_ path: Name) -> Diagnostic {
    Diagnostic("a table of positions reads parameter \(path.quoted)", kind: .software)
  }
}
