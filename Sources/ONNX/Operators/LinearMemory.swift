import Graphs
import Operators
import Tensors

/// The operands and the body of linear attention. At each step the memory `[B, H, K, V]` of a head fades, takes
/// in the product of a key and a value, and is read by the queries.
struct LinearMemory {
  private let operands: [Value]
  private let body: Body
  private let heads: Int
  private let width: Dim

  /// Throws iff the heads do not divide the features, or the rule lacks an operand.
  init(_ call: Call) throws(Diagnostic) {
    let rule = try call.text("update_rule", default: "gated_delta")
    let (fades, corrects) = (rule.hasPrefix("gated"), rule.hasSuffix("delta"))
    guard ["linear", "gated", "delta", "gated_delta"].contains(rule), fades == (call.optional(4) != nil),
      corrects == (call.optional(5) != nil)
    else { throw call.refusal("updates by the rule \(rule), or lacks an operand of it") }
    heads = try call.integer("q_num_heads", default: 0)
    let stored = try call.integer("kv_num_heads", default: 0)
    let (query, value) = (try call.type(of: 0), try call.type(of: 2))
    guard stored > 0, heads > 0, heads % stored == 0, query.rank == 3, value.rank == 3,
      let depth = query.dims[2].dividedExactly(by: heads),
      let width = value.dims[2].dividedExactly(by: stored)
    else { throw call.refusal("divides \(query) and \(value) into \(heads) and \(stored) heads") }
    self.width = width
    let batch = query.dims[0]
    var start = try call.g.broadcast(
      call.g.add(Constant([0], .f32())), [batch, Dim(stored), depth, width])
    if let past = call.optional(3) { start = try call.g.cast(past, to: .f32) }
    var walked = [
      try call.steps(0, [Dim(heads), depth]), try call.steps(1, [Dim(stored), depth]),
      try call.steps(2, [Dim(stored), width]),
    ]
    if fades {
      let last = try call.type(of: 4).dims.last
      walked.append(try call.steps(4, [Dim(stored), last == Dim(stored) ? 1 : depth]))
    }
    if corrects {
      walked.append(try call.steps(5, [try call.type(of: 5).dims.last ?? 1, 1]))
    }
    operands = [start] + walked
    let stated = try call.real("scale", default: 0)
    var graph = Graph(name: "linear_attention_\(call.g.nodes.count)")
    var inputs: [Value] = []
    for (index, operand) in operands.enumerated() {
      var type = call.type(operand)
      if index > 0 { type.dims.removeFirst() }
      inputs.append(try graph.input(Name("x\(index)"), type))
    }
    let step = Step(
      fades: fades, corrects: corrects, groups: heads / stored, stored: stored, batch: batch, depth: depth,
      width: width, scale: stated)
    let (memory, output) = try step.next(inputs, in: &graph)
    graph.output("state", memory)
    graph.output("y", output)
    body = try Body(graph)
  }

  private struct Step {
    let fades: Bool
    let corrects: Bool
    let groups: Int
    let stored: Int
    let batch: Dim
    let depth: Dim
    let width: Dim
    /// What is read is multiplied by this, or iff it is 0 by one over the root of the depth.
    let scale: Double

    /// The next memory and what is read of it, `[B, heads, V]`.
    func next(_ inputs: [Value], in g: inout Graph) throws(Diagnostic) -> (memory: Value, output: Value) {
      var memory = inputs[0]
      let keys = try g.reshape(inputs[2], [batch, Dim(stored), depth, 1])
      var values = try g.reshape(inputs[3], [batch, Dim(stored), 1, width])
      if fades {
        let decay = try g.exp(inputs[4])
        memory = try g.multiply(memory, g.reshape(decay, g[decay].type.dims + [1]))
      }
      if corrects, let strength = inputs.last {
        let recalled = try g.sum(g.multiply(memory, keys), axes: [2])
        let missing = try g.subtract(values, recalled)
        values = try g.multiply(g.reshape(strength, g[strength].type.dims + [1]), missing)
      }
      memory = try g.add(memory, g.multiply(keys, values))
      let queries = try g.reshape(inputs[1], [batch, Dim(stored), Dim(groups), depth])
      let read = try g.matmul(queries, memory)
      let factor = try scale == 0 ? g.rsqrt(g.length(of: depth, like: read)) : g.constant(scale, like: read)
      return (memory, try g.multiply(read, factor))
    }
  }

  /// What is read at all steps, `[B, L, heads·V]`.
  func output(_ call: Call) throws(Diagnostic) -> Value {
    let type = try call.type(of: 0)
    guard let features = Dim(heads) * width else { throw call.refusal("gives too many features") }
    let turned = try call.g.transpose(scan(1, call), [1, 0, 2, 3, 4])
    return try call.g.cast(
      call.g.reshape(turned, [type.dims[0], type.dims[1], features]), to: type.element)
  }

  /// The memory after the last step.
  func state(_ call: Call) throws(Diagnostic) -> Value {
    let element = try call.type(of: call.optional(3) == nil ? 0 : 3).element
    return try call.g.cast(scan(0, call), to: element)
  }

  private func scan(_ result: Int, _ call: Call) throws(Diagnostic) -> Value {
    let count = operands.count - 1
    let op = Scan(
      body: body, states: 1, axes: Array(repeating: 0, count: count),
      backwards: Array(repeating: false, count: count), stacks: [0], stacksBackwards: [false], result: result)
    return try call.g.add(op, operands)
  }
}

extension Call {
  /// Input `index`, `[B, L, features]`, as f32 `[L, B] + parts`.
  fileprivate func steps(_ index: Int, _ parts: [Dim]) throws(Diagnostic) -> Value {
    let type = try type(of: index)
    guard type.rank == 3 else { throw refusal("takes \(type)") }
    let split = try g.reshape(g.cast(input(index), to: .f32), [type.dims[0], type.dims[1]] + parts)
    return try g.transpose(split, [1, 0] + Array(2..<2 + parts.count))
  }
}
