import Graphs
import Operators
import Tensors

/// A graph in the making that computes both rows of guidance.
struct GuidedBatch {
  private let graph: Graph
  private let parts: ConditionedParts
  private var target: Graph
  private var places: [Value: Value] = [:]
  /// Row 0 of streams that branches read.
  private var rows: [Value: Value] = [:]

  /// Throws iff the graph is not over a batch `B`, or its conditioning does not come in by branches alone.
  init(_ graph: Graph, _ conditioning: Set<Name>, _ text: Name) throws(Diagnostic) {
    guard let words = graph[named: text], graph[words].op is Input else { throw .noInput(text, graph) }
    guard graph.inputs.contains(where: { graph[$0].type.dims.first == "B" }) else { throw .noBatch(graph) }
    self.graph = graph
    parts = try ConditionedParts(graph, conditioning, text: words)
    target = Graph(name: graph.name)
  }

  mutating func run() throws(Diagnostic) -> Graph {
    for value in graph.allValues {
      let (node, rowCount) = (graph[value], parts.isNarrow(value) ? 1 : 2)
      let lengths = ["B": rowCount]
      if node.op is Input {
        guard let type = node.type.binding(lengths) else { throw .tooLong(node) }
        places[value] = try target.input(node.name, type)
        continue
      }
      let place = try target.add(try node.op.binding(lengths), try operands(of: value), name: node.name)
      guard target[place].type == node.type.binding(lengths) else {
        throw .mixedRows(node, target[place].type)
      }
      places[value] = place
    }
    for output in graph.outputs { target.outputs.append(Output(output.name, try place(of: output.value))) }
    return target
  }

  /// What the node reads: a branch row 0 of the stream, a sum its branch with a zero row behind it.
  private mutating func operands(of value: Value) throws(Diagnostic) -> [Value] {
    var operands: [Value] = []
    for input in graph[value].inputs {
      if parts.isMember(value), !parts.isNarrow(input), parts.isStream(input) {
        operands.append(try row(of: input))
      } else if let branch = parts.branch(into: value), branch == input {
        let pad = Pad(axis: 0, before: 0, after: 1)
        operands.append(
          try target.add(pad, [try place(of: input)], name: Name("\(graph[input].name).guided")))
      } else {
        operands.append(try place(of: input))
      }
    }
    return operands
  }

  /// Row 0 of a value of two rows; one slice serves all readers.
  private mutating func row(of value: Value) throws(Diagnostic) -> Value {
    if let row = rows[value] { return row }
    let slice = Slice(axis: 0, start: 0, length: 1)
    let row = try target.add(slice, [try place(of: value)], name: Name("\(graph[value].name).conditional"))
    rows[value] = row
    return row
  }

  private func place(of value: Value) throws(Diagnostic) -> Value {
    guard let place = places[value] else { throw .unplaced(graph[value].name) }
    return place
  }
}

extension Diagnostic {
  fileprivate static func noInput(_ name: Name, _ graph: Graph) -> Diagnostic {
    let known = graph.inputs.map { graph[$0].name.text }.joined(separator: ", ")
    return Diagnostic("@\(graph.name) has no input \(name)", help: "its inputs are \(known)")
  }
  fileprivate static func noBatch(_ graph: Graph) -> Diagnostic {
    Diagnostic(
      "no input of @\(graph.name) is over a batch B, so that there is no row to add",
      help: "leave the batch open when the graph is built")
  }
  fileprivate static func tooLong(_ node: Node) -> Diagnostic {
    Diagnostic("\(node.name.sigil) is \(node.type), which overflows for two rows")
  }
  fileprivate static func mixedRows(_ node: Node, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "\(node.name.sigil) would be \(type) for both rows of guidance, but it was \(node.type)",
      note: "a value of one row meets one of two", help: "run the rows one after the other")
  }
  fileprivate static func unplaced(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is read before it is placed", kind: .software)
  }
}
