import Graphs
import Operators
import Tensors

extension Operator {
  /// Recurrent layers: a scan over the sequence for each direction.
  static let recurrence: [Operator] = [
    Operator("RNN") { (call) throws(Diagnostic) in try call.recurrence(.plain) },
    Operator("GRU") { (call) throws(Diagnostic) in try call.recurrence(.gru) },
    Operator("LSTM") { (call) throws(Diagnostic) in try call.recurrence(.lstm) },
  ]
}

extension Call {
  /// The hidden states of all steps and the states after the last one. The input is `[S, B, I]`, or `[B, S, I]`
  /// where `layout` is 1; then the batch is the first axis of everything.
  fileprivate func recurrence(_ kind: RecurrentCell.Kind) throws(Diagnostic) -> [Value?] {
    let isBatchFirst = try flag("layout")
    let direction = try text("direction", default: "forward")
    let backwards: [Bool]
    switch direction {
    case "forward", "foward": backwards = [false]
    case "reverse": backwards = [true]
    case "bidirectional": backwards = [false, true]
    default: throw refusal("goes \(direction)")
    }
    let cells = try RecurrentActivation.all(self, defaults: kind.activations, directions: backwards.count)
    var steps: [RecurrentSteps] = []
    for (index, isBackward) in backwards.enumerated() {
      let cell = RecurrentCell(
        kind: kind, activations: cells[index], clip: try real("clip").flatMap { $0 > 0 ? $0 : nil },
        isVariant: try flag(kind == .gru ? "linear_before_reset" : "input_forget"))
      steps.append(try RecurrentSteps(self, cell, direction: index, isBackward, isBatchFirst: isBatchFirst))
    }
    var results: [Value?] = []
    for output in 0...kind.states {
      guard wants(output) else {
        results.append(nil)
        continue
      }
      // Y stands at [S, direction, B, H], a state at [direction, B, H].
      let axis = output == 0 ? 1 : 0
      var parts: [Value] = []
      for step in steps {
        let value = try output == 0 ? step.sequence(self) : step.state(output - 1, self)
        var dims = type(value).dims
        dims.insert(1, at: axis)
        parts.append(try g.reshape(value, dims))
      }
      let joined = try parts.count == 1 ? parts[0] : g.concat(parts, axis: axis)
      guard isBatchFirst else {
        results.append(joined)
        continue
      }
      results.append(try g.transpose(joined, output == 0 ? [2, 0, 1, 3] : [1, 0, 2]))
    }
    return results
  }
}

/// A recurrent layer in one direction: the scan's operands and its body.
private struct RecurrentSteps {
  private let operands: [Value]
  private let body: Body
  private let states: Int
  private let isBackward: Bool
  /// How many operands are walked along.
  private let walked: Int

  init(
    _ call: Call, _ cell: RecurrentCell, direction: Int, _ isBackward: Bool, isBatchFirst: Bool
  ) throws(Diagnostic) {
    self.isBackward = isBackward
    states = cell.kind.states
    for (index, rank) in [3, 3, 3, 2, 1, 3, 3, 2].enumerated() {
      guard let value = call.optional(index), call.type(value).rank != rank else { continue }
      throw call.refusal("takes input \(index) of \(rank) axes, but is given \(call.type(value))")
    }
    let x = isBatchFirst ? try call.g.transpose(call.input(0), [1, 0, 2]) : try call.input(0)
    let recurrent = try call.direction(direction, of: call.input(2))
    let (dims, size) = (call.type(x).dims, call.type(recurrent).dims[1])
    let lstm = cell.kind == .lstm
    var starts: [Value] = []
    for index in (lstm ? [5, 6] : [5]) {
      guard let given = call.optional(index) else {
        starts.append(try call.g.broadcast(call.g.constant(0, like: x), [dims[1], size]))
        continue
      }
      let state = isBatchFirst ? try call.g.transpose(given, [1, 0, 2]) : given
      starts.append(try call.direction(direction, of: state))
    }
    let weights = try call.g.transpose(call.direction(direction, of: call.input(1)), [1, 0])
    var projected = try call.g.matmul(x, weights)
    var extra: Value?
    if let given = call.optional(3) {
      let biases = try call.direction(direction, of: given)
      guard let count = size * Dim(cell.kind.gates) else { throw call.refusal("has states of \(size)") }
      projected = try call.g.add(projected, call.g.slice(biases, axis: 0, start: 0, length: count))
      var bias = try call.g.slice(biases, axis: 0, start: count, length: count)
      if cell.kind == .gru, cell.isVariant {
        // The candidate's bias is reset with the rest of the product: it is added in the step.
        guard let two = size * 2 else { throw call.refusal("has states of \(size)") }
        extra = try call.g.slice(bias, axis: 0, start: two, length: size)
        let front = try call.g.slice(bias, axis: 0, start: 0, length: two)
        bias = try call.g.pad(front, axis: 0, before: 0, after: size)
      }
      projected = try call.g.add(projected, bias)
    }
    if lstm, let given = call.optional(7) { extra = try call.direction(direction, of: given) }
    var walked = [projected]
    if let lengths = call.optional(4) {
      let column = try call.g.reshape(call.g.cast(lengths, to: .i64), [1, dims[1], 1])
      let places = try call.g.reshape(call.g.iota(dims[0], .i64), [dims[0], 1, 1])
      walked.append(try call.g.less(places, column))
    }
    self.walked = walked.count
    operands = try starts + walked + [call.g.transpose(recurrent, [1, 0])] + (extra.map { [$0] } ?? [])
    body = try Self.body(call, cell, operands, walked: walked.count, hasExtra: extra != nil)
  }

  /// One step: a sequence that has ended keeps its states and gives zeros.
  private static func body(
    _ call: Call, _ cell: RecurrentCell, _ operands: [Value], walked: Int, hasExtra: Bool
  ) throws(Diagnostic) -> Body {
    let states = cell.kind.states
    var graph = Graph(name: "\(call.node.operatorName.lowercased())_\(call.g.nodes.count)")
    var inputs: [Value] = []
    for (index, operand) in operands.enumerated() {
      var type = call.type(operand)
      if states..<states + walked ~= index { type.dims.removeFirst() }
      inputs.append(try graph.input(Name("x\(index)"), type))
    }
    let old = Array(inputs[..<states])
    var new = try cell.next(
      inputs[states], old, inputs[states + walked], extra: hasExtra ? inputs.last : nil, in: &graph)
    var output = new[0]
    if walked > 1 {
      let goesOn = inputs[states + 1]
      output = try graph.where(goesOn, new[0], graph.constant(0, like: new[0]))
      for index in new.indices { new[index] = try graph.where(goesOn, new[index], old[index]) }
    }
    for (index, value) in new.enumerated() { graph.output(Name("state\(index)"), value) }
    graph.output("y", output)
    return try Body(graph)
  }

  /// The hidden states of all steps, `[S, B, H]`.
  func sequence(_ call: Call) throws(Diagnostic) -> Value { try scan(states, call) }
  /// State `index` after the last step, `[B, H]`.
  func state(_ index: Int, _ call: Call) throws(Diagnostic) -> Value { try scan(index, call) }

  private func scan(_ result: Int, _ call: Call) throws(Diagnostic) -> Value {
    let op = Scan(
      body: body, states: states, axes: Array(repeating: 0, count: walked),
      backwards: Array(repeating: isBackward, count: walked), stacks: [0], stacksBackwards: [isBackward],
      result: result)
    return try call.g.add(op, operands)
  }
}

extension Call {
  /// Slice `index` of the first axis of `x`, which counts directions.
  fileprivate func direction(_ index: Int, of x: Value) throws(Diagnostic) -> Value {
    let dims = type(x).dims
    guard !dims.isEmpty else { throw refusal("takes \(type(x))") }
    let row = try dims[0] == 1 ? x : g.slice(x, axis: 0, start: Dim(index), length: 1)
    return try g.reshape(row, Array(dims.dropFirst()))
  }
}
