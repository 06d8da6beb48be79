import Graphs
import Operators
import Tensors

/// Which values of a graph belong to the stream, which to its conditioning, and which to the branches by
/// which the conditioning comes into the stream.
struct ConditionedParts {
  private let graph: Graph
  /// Values that depend on a conditioning input.
  private let isConditioned: [Bool]
  /// Values that depend on another input.
  private let streams: [Bool]
  private var members: Set<Value> = []
  private var branches: [Value: Value] = [:]

  /// Throws iff the conditioning comes into the stream otherwise than by attentions that are added to it, or
  /// if `text` at zero would not make its branches zero.
  init(_ graph: Graph, _ conditioning: Set<Name>, text: Value) throws(Diagnostic) {
    self.graph = graph
    let inputs = graph.inputs
    isConditioned = graph.depending(on: Set(inputs.filter { conditioning.contains(graph[$0].name) }))
    streams = graph.depending(on: Set(inputs.filter { !conditioning.contains(graph[$0].name) }))
    let vanishing = VanishingParts(graph, at: text)
    let isText = graph.depending(on: [text])
    for sum in graph.allValues where graph[sum].op is Add && isStream(sum) {
      let inputs = graph[sum].inputs
      for (stream, branch) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] where stream != branch {
        guard let found = branchMembers(from: branch, to: stream) else { continue }
        let readsText = found.contents.contains { isText[Int($0.index)] }
        guard !readsText || vanishing[branch] else { throw .remains(graph[branch]) }
        members.formUnion(found.members)
        branches[sum] = branch
        break
      }
    }
    try checkEntries()
  }

  /// Whether the value depends on an input that is no conditioning.
  func isStream(_ value: Value) -> Bool { streams[Int(value.index)] }
  /// Whether the value is computed for row 0 alone.
  func isNarrow(_ value: Value) -> Bool { isMember(value) || isConditioning(value) }
  /// Whether the value stands on a branch.
  func isMember(_ value: Value) -> Bool { members.contains(value) }
  /// The branch that the sum adds to its stream, or `nil` iff it is no such sum.
  func branch(into sum: Value) -> Value? { branches[sum] }

  private func isConditioning(_ value: Value) -> Bool { isConditioned[Int(value.index)] && !isStream(value) }

  /// The nodes between `stream` and `branch` and what of the conditioning the attentions among them take in;
  /// `nil` iff they take in nothing, or `branch` does not leave `stream` alone.
  private func branchMembers(from branch: Value, to stream: Value) -> (
    members: Set<Value>, contents: [Value]
  )? {
    guard graph[stream].type.dims.first == "B", graph[branch].type.dims.first == "B" else { return nil }
    var members: Set<Value> = []
    var contents: [Value] = []
    var open = [branch]
    while let value = open.popLast() {
      guard value != stream, isStream(value), !members.contains(value) else { continue }
      guard value.index > stream.index, !(graph[value].op is Input) else { return nil }
      members.insert(value)
      let inputs = graph[value].inputs
      if graph[value].op.isAttention, inputs.count > 2, isConditioning(inputs[1]), isConditioning(inputs[2]) {
        contents.append(inputs[2])
      }
      open += inputs
    }
    return contents.isEmpty ? nil : (members, contents)
  }

  /// Throws iff the stream reads the conditioning, or a part of a branch, anywhere but at a sum.
  private func checkEntries() throws(Diagnostic) {
    for value in graph.allValues where isStream(value) && !isMember(value) {
      for input in graph[value].inputs where isNarrow(input) && branches[value] != input {
        throw .entry(graph[input].name, graph[value])
      }
    }
    for output in graph.outputs where isNarrow(output.value) { throw .output(output.name) }
  }
}

extension Diagnostic {
  fileprivate static func remains(_ branch: Node) -> Diagnostic {
    Diagnostic(
      "\(branch.name.sigil) is not zero by construction where the text is zero",
      note: "a bias or another op on the way from the text to the stream",
      help: "run the rows of guidance one after the other")
  }
  fileprivate static func entry(_ name: Name, _ reader: Node) -> Diagnostic {
    Diagnostic(
      "\(reader.name.sigil) brings the conditioned \(name.sigil) into the stream, and is no sum with an attention",
      help: "run the rows of guidance one after the other")
  }
  fileprivate static func output(_ name: Name) -> Diagnostic {
    Diagnostic(
      "output \(name) is conditioned, but has no part in the stream",
      help: "run the rows of guidance one after the other")
  }
}
