import Graphs
import Operators
package import Tensors

extension Pass {
  /// Turns a graph over a batch `B` into one that computes the conditional row and the unconditional row
  /// of classifier-free guidance together, without the work that is zero by construction.
  ///
  /// The unconditional row attends to null tokens. They are zero, every projection of them is free of
  /// biases, so their keys and values are zero and the whole branch adds exactly nothing: it is computed
  /// for row 0 alone.
  ///
  ///     %y = add(%x, branch(%x, %text))
  ///     ->  %y = add(%x[2, …], pad(branch(slice(%x, row 0), %text[1, …]), one zero row))
  ///
  /// The conditioning inputs named in `conditioning` keep one row; all others have two.
  /// Source: `stable_audio_tools/models/dit.py`, the null embedding of `DiffusionTransformer.forward`.
  package static func guideBatch(conditioning: Set<Name>) -> Pass {
    Pass("guide-batch", "compute both rows of guidance, the null row without cross-attention") {
      (graph) throws(Diagnostic) in
      guard graph.isBatched else { return graph }
      let guide = Guide(graph, conditioning)
      return try guide.run()
    }
  }
}

extension Graph {
  /// Whether an input has the open length `B` first.
  fileprivate var isBatched: Bool {
    inputs.contains { self[$0].type.dims.first == "B" }
  }
}

private struct Guide {
  let graph: Graph
  let conditioning: Set<Name>
  /// Values that depend on a conditioning input.
  let isConditioned: [Bool]
  /// Values that depend on another input.
  let isStream: [Bool]

  init(_ graph: Graph, _ conditioning: Set<Name>) {
    (self.graph, self.conditioning) = (graph, conditioning)
    let inputs = graph.inputs
    isConditioned = graph.depending(on: Set(inputs.filter { conditioning.contains(graph[$0].name) }))
    isStream = graph.depending(on: Set(inputs.filter { !conditioning.contains(graph[$0].name) }))
  }

  func run() throws(Diagnostic) -> Graph {
    let sites = branchSites()
    let members = sites.reduce(into: Set<Value>()) { $0.formUnion($1.members) }
    let bySum = Dictionary(sites.map { ($0.sum, $0) }) { first, _ in first }
    let readers = Set(sites.map(\.stream))

    var target = Graph(name: graph.name)
    var places: [Value: Value] = [:]
    var rows: [Value: Value] = [:]
    for value in graph.allValues {
      let node = graph[value]
      if node.op is Input {
        let batch = conditioning.contains(node.name) ? 1 : 2
        guard let type = node.type.binding(["B": batch]) else { continue }
        places[value] = try target.input(node.name, type)
        continue
      }
      let isNarrow = members.contains(value) || (isConditioned[Int(value.index)] && !isStream[Int(value.index)])
      let op = try node.op.binding(["B": isNarrow ? 1 : 2])
      var inputs: [Value] = []
      for input in node.inputs {
        if members.contains(value), readers.contains(input), !members.contains(input) {
          inputs.append(try row(of: input, in: &target, places, &rows))
        } else if let place = places[input] {
          inputs.append(place)
        }
      }
      if let site = bySum[value], let branch = places[site.branch], let stream = places[site.stream] {
        let pad = Pad(axis: 0, before: 0, after: 1)
        let padded = try target.add(pad, [branch], name: Name("\(graph[site.branch].name).guided"))
        inputs = node.inputs.map { $0 == site.stream ? stream : padded }
      }
      places[value] = try target.add(op, inputs, name: node.name)
    }
    for output in graph.outputs {
      if let place = places[output.value] { target.outputs.append(Output(output.name, place)) }
    }
    return target
  }

  /// Row 0 of a value of two rows; one slice serves all readers.
  private func row(
    of value: Value, in target: inout Graph, _ places: [Value: Value], _ rows: inout [Value: Value]
  ) throws(Diagnostic) -> Value {
    if let row = rows[value] { return row }
    guard let place = places[value] else { throw .unplaced(graph[value].name) }
    let slice = Slice(axis: 0, start: 0, length: 1)
    let row = try target.add(slice, [place], name: Name("\(graph[value].name).conditional"))
    rows[value] = row
    return row
  }

  /// Sums of the stream with a branch that depends on the conditioning.
  private func branchSites() -> [BranchSite] {
    var sites: [BranchSite] = []
    for sum in graph.allValues where graph[sum].op is Add && isStream[Int(sum.index)] {
      let inputs = graph[sum].inputs
      for (stream, branch) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        if let members = members(of: branch, on: stream), stream != branch {
          sites.append(BranchSite(sum: sum, stream: stream, branch: branch, members: members))
          break
        }
      }
    }
    return sites
  }

  /// The nodes of a branch that leaves `stream` and holds an attention to the conditioning; `nil` iff
  /// `branch` is no such branch.
  private func members(of branch: Value, on stream: Value) -> Set<Value>? {
    var members: Set<Value> = []
    var open = [branch]
    var attends = false
    while let value = open.popLast() {
      let place = Int(value.index)
      guard value != stream, isStream[place], !members.contains(value) else { continue }
      guard value.index > stream.index, !(graph[value].op is Input) else { return nil }
      members.insert(value)
      let op = graph[value].op
      if op is Attention || op is RotaryAttention, let key = graph[value].inputs.dropFirst().first {
        attends = attends || (isConditioned[Int(key.index)] && !isStream[Int(key.index)])
      }
      open += graph[value].inputs
    }
    return attends ? members : nil
  }
}

private struct BranchSite {
  let sum: Value
  let stream: Value
  let branch: Value
  let members: Set<Value>
}

extension Diagnostic {
  fileprivate static func unplaced(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is read before it is placed", kind: .software)
  }
}
