import Graphs
import Kernels
import Plans
import Tensors

/// A plan with its memory: every operand of every step has an address.
final class Binding {
  let plan: Plan
  /// What the named lengths of the graph are bound to.
  let lengths: [String: Int]
  let prologue: Prologue
  private(set) var inputs: [Name: Slot] = [:]
  private(set) var outputs: [Name: Slot] = [:]

  private let arena: Arena
  private let weights: Weights
  /// Where the memory of inputs and outputs begins, behind the plan's arena.
  private let inputStarts: [Int]
  private let outputStarts: [Int]
  private var steps = StepList()

  /// The memory of an input or output.
  struct Slot {
    var type: TensorType
    var address: UnsafeMutableRawPointer
  }

  /// Takes the memory, prepares the kernels and runs the prologue unless `kept` serves.
  ///
  /// Throws iff the memory is more than the options allow or cannot be had, or the prologue fails.
  init(
    _ plan: Plan, lengths: [String: Int], _ weights: Weights, _ options: SessionOptions,
    keeping kept: Prologue?, _ profile: inout Profile
  ) throws(Diagnostic) {
    (self.plan, self.lengths, self.weights) = (plan, lengths, weights)
    var end = plan.arenaSize
    inputStarts = try end.reserve(plan.graph.inputs.map { plan.graph[$0].type.byteCount ?? 0 })
    outputStarts = try end.reserve(plan.outputSizes)
    let limit = options.memoryLimit ?? Arena.systemMemory
    let (total, overflow) = end.addingReportingOverflow(plan.prologueSize)
    guard !overflow, total <= limit else { throw .tooMuch(plan, overflow ? .max : total, limit) }
    let isKept = kept?.serves(plan) == true
    if let kept, isKept { prologue = kept } else { prologue = try Prologue(plan) }
    arena = try Arena(byteCount: end, for: "the tensors of @\(plan.graph.name)")
    if !isKept { try load(options, &profile) }
    for value in plan.steps { try add(value, to: &steps, options.kernels.run) }
    for (index, value) in plan.graph.inputs.enumerated() {
      let (name, type) = (plan.graph[value].name, plan.graph[value].type)
      inputs[name] = Slot(type: type, address: place(inputStarts[index], type))
    }
    for output in plan.graph.outputs {
      let address = UnsafeMutableRawPointer(mutating: try address(of: output.value))
      outputs[output.name] = Slot(type: plan.graph[output.value].type, address: address)
    }
  }

  func run(_ options: SessionOptions, _ profile: inout Profile) throws(Diagnostic) {
    try steps.run(plan.graph, options, &profile)
  }

  /// Runs the prologue, and gives back the pages of each weight that nothing reads any more.
  ///
  /// Constants and small tensors are evaluated as the reference does it, in `Double`: tables of angles and
  /// scales are then exact, at no cost that anybody would notice.
  private func load(_ options: SessionOptions, _ profile: inout Profile) throws(Diagnostic) {
    let graph = plan.graph
    let learnt = graph.depending(on: Set(graph.parameters.map(\.value)))
    var list = StepList()
    for value in plan.prologue {
      let size = (graph[value].inputs + [value]).reduce(0) { $0 + (graph[$1].type.count ?? 0) }
      let isExact = !learnt[Int(value.index)] || size <= 1 << 14
      try add(value, to: &list, isExact ? KernelTable.reference : options.kernels.run)
    }
    let lastReads = lastReadsOfWeights()
    try list.run(graph, options, &profile, isPrologue: true) { value in
      for path in lastReads[value] ?? [] { weights.release(path) }
    }
  }

  /// For each node of the prologue the parameters that neither a later node nor an output reads.
  private func lastReadsOfWeights() -> [Value: [Name]] {
    var lastReaders: [Name: Value?] = [:]
    func note(_ input: Value, by reader: Value?) {
      if case .parameter(let path) = plan.placements[plan.root(of: input).value] {
        lastReaders[path] = reader
      }
    }
    for value in plan.prologue { for input in plan.graph[value].inputs { note(input, by: value) } }
    for value in plan.steps { for input in plan.graph[value].inputs { note(input, by: nil) } }
    for output in plan.graph.outputs { note(output.value, by: nil) }
    var reads: [Value: [Name]] = [:]
    for (path, reader) in lastReaders { if let reader { reads[reader, default: []].append(path) } }
    return reads
  }

  private func add(_ value: Value, to list: inout StepList, _ run: (any Op, Signature) -> Run)
    throws(Diagnostic)
  {
    let node = plan.graph[value]
    let signature = Signature(node.inputs.map { plan.graph[$0].type }, node.type)
    var operands: [UnsafeRawPointer] = []
    for input in node.inputs { operands.append(try address(of: input)) }
    let output = UnsafeMutableRawPointer(mutating: try address(of: value))
    list.append(value, run(node.op, signature), operands, output, node.type)
  }

  private func address(of value: Value) throws(Diagnostic) -> UnsafeRawPointer {
    let (root, offset) = plan.root(of: value)
    let type = plan.graph[root].type
    let start: UnsafeRawPointer
    switch plan.placements[root] {
    case .arena(let range): start = UnsafeRawPointer(arena.address(of: range))
    case .prologue(let range): start = UnsafeRawPointer(prologue.arena.address(of: range))
    case .input(let index): start = UnsafeRawPointer(place(inputStarts[index], type))
    case .output(let index): start = UnsafeRawPointer(place(outputStarts[index], type))
    case .parameter(let path): start = try weights.address(path)
    case .alias, nil: throw .unplaced(plan.graph[root].name)
    }
    return start + offset
  }

  private func place(_ start: Int, _ type: TensorType) -> UnsafeMutableRawPointer {
    arena.address(of: start..<start + (type.byteCount ?? 0))
  }
}

extension Int {
  /// Appends places of the given sizes, each on a cache line of its own, and returns where they begin.
  fileprivate mutating func reserve(_ sizes: [Int]) throws(Diagnostic) -> [Int] {
    var starts: [Int] = []
    for size in sizes {
      starts.append(self)
      let (sum, overflow) = addingReportingOverflow(size)
      let (padded, overflow2) = sum.addingReportingOverflow(Plan.alignment - 1)
      guard !overflow, !overflow2 else { throw .tooLarge() }
      self = padded / Plan.alignment * Plan.alignment
    }
    return starts
  }
}

extension Diagnostic {
  fileprivate static func tooLarge() -> Diagnostic {
    Diagnostic("inputs and outputs do not fit in an address space", help: "run on shorter inputs")
  }
  fileprivate static func tooMuch(_ plan: Plan, _ bytes: Int, _ limit: Int) -> Diagnostic {
    Diagnostic(
      "@\(plan.graph.name) needs \(ByteCount(bytes)) beside its weights, but may take \(ByteCount(limit))",
      note: "\(plan)", help: "run on shorter inputs, or raise the limit", kind: .unavailable)
  }
  fileprivate static func unplaced(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) has no place in the plan", at: name.sigil, kind: .software)
  }
}
