import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that run graphs of their own.
  static let control: [Operator] = [
    Operator("If", outputs: branch), Operator("Loop", outputs: loop),
    Operator("Scan", until: 8, outputs: batchedScan),
    Operator("Scan", since: 9, outputs: { (call) throws(Diagnostic) in try call.scan(call.allInputs()) }),
  ]

  /// The branch itself where it is known which one, otherwise an `if` over both.
  @Sendable private static func branch(_ call: Call) throws(Diagnostic) -> [Value?] {
    let condition = try call.input(0)
    let (yes, no) = (try call.graph("then_branch"), try call.graph("else_branch"))
    if let known = try call.translation.known(condition)?.integers().first {
      return try call.translation.inline(known != 0 ? yes : no, [])
    }
    let free = yes.freeNames + no.freeNames.filter { !yes.freeNames.contains($0) }
    let (then, captured) = try call.translation.body(yes, [], reading: free)
    let (otherwise, _) = try call.translation.body(no, [], reading: free)
    let scalar = try call.g.reshape(condition, [])
    return try call.results { (result) throws(Diagnostic) in
      try call.g.add(If(then: then, otherwise: otherwise, result: result), [scalar] + captured)
    }
  }

  /// The iterations written out where it is known how many there are, and they are few; otherwise a `loop`.
  @Sendable private static func loop(_ call: Call) throws(Diagnostic) -> [Value?] {
    let body = try call.graph("body")
    let carried = Array(try call.allInputs(from: 2))
    guard body.inputs.count == carried.count + 2, body.outputs.count > carried.count else {
      throw call.refusal("hands \(carried.count) values to a body of \(body.inputs.count) inputs")
    }
    let most = try call.optional(0).map { (value) throws(Diagnostic) in
      try call.translation.known(value)?.integers().first
    }
    if let most, let count = most, count <= Limits.unrolled,
      let results = try call.unrolled(body, carried, count: Int(Swift.max(0, count)))
    {
      return results
    }
    return try call.looped(body, carried, most: most ?? nil)
  }

  /// Before version 9 everything has a batch as its first axis: a scan for each element of it.
  @Sendable private static func batchedScan(_ call: Call) throws(Diagnostic) -> [Value?] {
    guard call.optional(0) == nil else { throw call.refusal("scans sequences of lengths of their own") }
    let operands = try call.allInputs(from: 1)
    guard let count = operands.first.flatMap({ call.type($0).dims.first?.fixed }), count > 0,
      count <= Limits.unrolled
    else { throw call.refusal("scans no batch of a known size up to \(Limits.unrolled)") }
    var rows: [[Value]] = []
    for index in 0..<count {
      var elements: [Value] = []
      for operand in operands {
        let row = try call.g.slice(operand, axis: 0, start: Dim(index), length: 1)
        elements.append(try call.g.reshape(row, Array(call.type(operand).dims.dropFirst())))
      }
      rows.append(try call.scan(elements, backwardsUnder: "directions").compactMap(\.self))
    }
    return try call.results { (result) throws(Diagnostic) in
      try call.stacked(rows.compactMap { $0.indices.contains(result) ? $0[result] : nil })
    }
  }
}

extension Call {
  /// The inputs from number `start` on. Throws iff one is left out.
  fileprivate func allInputs(from start: Int) throws(Diagnostic) -> [Value] {
    var values: [Value] = []
    for index in inputs.indices.dropFirst(start) { values.append(try input(index)) }
    return values
  }

  /// What `make` gives for each output that somebody names.
  fileprivate func results(_ make: (Int) throws(Diagnostic) -> Value) throws(Diagnostic) -> [Value?] {
    var results: [Value?] = []
    for index in node.outputs.indices { results.append(wants(index) ? try make(index) : nil) }
    return results
  }

  /// `rows` of one type along a new first axis.
  fileprivate func stacked(_ rows: [Value]) throws(Diagnostic) -> Value {
    var parts: [Value] = []
    for row in rows { parts.append(try g.reshape(row, [1] + type(row).dims)) }
    guard let first = parts.first else { throw refusal("stacks nothing") }
    return parts.count == 1 ? first : try g.concat(parts, axis: 0)
  }

  /// `count` iterations written out, fewer iff the condition comes not to hold; `nil` iff that is not known, or
  /// there would be too many nodes.
  fileprivate func unrolled(_ body: GraphProto, _ carried: [Value], count: Int) throws(Diagnostic)
    -> [Value?]?
  {
    guard body.nodes.count * count <= Limits.unrolledNodes else { return nil }
    let before = g.nodes.count
    var condition = try optional(1) == nil ? g.add(Constant([1], TensorType(.bool, []))) : scalar(1)
    var values = carried
    var rows: [[Value]] = []
    while rows.count < count {
      guard let goesOn = try translation.known(condition)?.integers().first else {
        translation.takeBack(to: before)
        return nil
      }
      guard goesOn != 0 else { break }
      let iteration = try g.add(Constant(Double(rows.count), .i64))
      let results = try translation.inline(body, [iteration, g.reshape(condition, [])] + values)
      guard results.count > carried.count else { throw refusal("has a body of \(results.count) outputs") }
      condition = results[0]
      values = Array(results[1...carried.count])
      rows.append(Array(results[(carried.count + 1)...]))
    }
    let (last, all) = (values, rows)
    return try results { (result) throws(Diagnostic) in
      guard result >= carried.count else { return last[result] }
      let index = result - carried.count
      guard !all.isEmpty else { return try nothing(of: body, output: result + 1) }
      return try stacked(all.compactMap { $0.indices.contains(index) ? $0[index] : nil })
    }
  }

  /// No rows of the type that the body states for its output.
  private func nothing(of body: GraphProto, output: Int) throws(Diagnostic) -> Value {
    guard body.outputs.indices.contains(output),
      case .tensor(let code, let dims?) = body.outputs[output].type, let element = code.dtype
    else { throw refusal("gives no rows, of a type that the file does not tell") }
    let lengths = dims.map { if case .fixed(let length) = $0 { Dim(length) } else { Dim(0) } }
    return try g.broadcast(g.add(Constant([0], TensorType(element, []))), [0] + lengths)
  }

  /// A `loop` over the body as a graph.
  fileprivate func looped(_ body: GraphProto, _ carried: [Value], most: Int64?) throws(Diagnostic)
    -> [Value?]
  {
    let (made, captured) = try translation.body(
      body, [TensorType(.i64, []), TensorType(.bool, [])] + carried.map { type($0) },
      reading: body.freeNames)
    let start = try optional(1).map { (value) throws(Diagnostic) in try translation.known(value)?.integers() }
    let isEndless = made.graph.outputs.first?.value == made.graph.inputs.dropFirst().first
    let isWhole = isEndless && (optional(1) == nil || start??.first == 1)
    if isWhole, most ?? .max > Limits.iterations {
      throw refusal("goes on for more than \(Limits.iterations) iterations")
    }
    let limit = try optional(0) == nil ? g.add(Constant(Limits.forever, .i64)) : scalar(0)
    let condition = try optional(1) == nil ? g.add(Constant([1], TensorType(.bool, []))) : scalar(1)
    return try results { (result) throws(Diagnostic) in
      var length: Dim = 0
      if result >= carried.count {
        guard isWhole, let most else {
          throw refusal("gives a row an iteration, of which nobody knows how many")
        }
        length = Dim(Int(Swift.max(0, most)))
      }
      let op = Loop(body: made, carried: carried.count, result: result, length: length)
      return try g.add(op, [limit, condition] + carried + captured)
    }
  }

  /// A `scan` over the body as a graph; `operands` are the states and then what is walked along.
  fileprivate func scan(_ operands: [Value], backwardsUnder name: String = "scan_input_directions")
    throws(Diagnostic) -> [Value?]
  {
    let body = try graph("body")
    guard let count = try integer("num_scan_inputs"), count > 0, count <= operands.count,
      body.inputs.count == operands.count, body.outputs.count >= operands.count - count
    else { throw refusal("walks along no input, or along more than it has") }
    let states = operands.count - count
    let stacks = body.outputs.count - states
    let axes = try directions("scan_input_axes", count)
    let stackAxes = try directions("scan_output_axes", stacks)
    let (backwards, stacksBackwards) = (
      try directions(name, count), try directions("scan_output_directions", stacks)
    )
    var types = operands.map { type($0) }
    for (index, axis) in axes.enumerated() {
      types[states + index].dims.remove(at: try place(axis, rank: types[states + index].rank))
    }
    let (made, captured) = try translation.body(body, types, reading: body.freeNames)
    return try results { (result) throws(Diagnostic) in
      let op = Scan(
        body: made, states: states, axes: axes, backwards: backwards.map { $0 != 0 }, stacks: stackAxes,
        stacksBackwards: stacksBackwards.map { $0 != 0 }, result: result)
      return try g.add(op, operands + captured)
    }
  }

  /// The `count` numbers under `name`, each 0 where the node gives none.
  private func directions(_ name: String, _ count: Int) throws(Diagnostic) -> [Int] {
    let numbers = try integers(name) ?? Array(repeating: 0, count: count)
    guard numbers.count == count else { throw refusal("has \(numbers.count) \(name) for \(count) values") }
    return numbers
  }
}

extension Limits {
  /// Iterations that are written out, and the nodes that may come of them.
  fileprivate static let unrolled: Int64 = 1 << 12
  fileprivate static let unrolledNodes = 1 << 14
  /// Iterations of a loop that nothing ends before.
  fileprivate static let iterations: Int64 = 1 << 16
  /// More iterations than a loop comes to.
  fileprivate static let forever = 0x1p53
}
