package import Graphs
import Kernels
package import Plans
package import Tensors

/// A graph ready to run: bound to the lengths of its inputs, its parameters and its memory.
///
///     var session = try Session(graph, parameters: { path in try checkpoint.tensor(path) })
///     let results = try session.run(["x": x])
///
/// Mapped parameters are read where they are. Named lengths are read off the inputs; when they change, the
/// graph is planned anew. What depends on no input is computed once. A loop that must not allocate binds once
/// and then writes and reads in place:
///
///     try session.bind(["x": xType, "context": contextType])
///     try session.set("context", context)                      stays there for all runs
///     for … {
///       try session.withInput("x") { … }
///       try session.run()
///       try session.withOutput("y") { … }
///     }
package struct Session: ~Copyable {
  /// As given.
  package let graph: Graph
  package let options: SessionOptions
  /// Where the time went so far; empty unless `options.measuresTime`.
  package internal(set) var profile = Profile()

  let weights: Weights
  var binding: Binding?

  /// `parameters` gives the tensor of a path, at best a mapped one; it is asked for each path once, here.
  ///
  /// Throws iff a parameter cannot be had or has another shape than the graph says.
  package init(
    _ graph: Graph, parameters: (Name) throws(Diagnostic) -> Tensor,
    options: SessionOptions = SessionOptions()
  ) throws(Diagnostic) {
    (self.graph, self.options) = (graph, options)
    weights = try Weights(graph, parameters)
  }

  /// The plan in use, or `nil` before the first binding.
  package var plan: Plan? { binding?.plan }

  /// Makes ready for inputs of the given types; does nothing if the lengths are those already bound.
  ///
  /// Throws iff an input is missing, unknown or does not fit, a node does not apply at these lengths, or the
  /// memory cannot be had. The values of inputs set before are lost when the lengths change.
  package mutating func bind(_ types: [Name: TensorType]) throws(Diagnostic) {
    let lengths = try graph.lengths(of: types)
    if let binding, binding.lengths == lengths { return }
    let plan = try plan(at: lengths)
    let kept = binding?.prologue
    binding = nil
    binding = try Binding(plan, lengths: lengths, weights, options, keeping: kept, &profile)
  }

  /// Weights are packed as long as all that is computed of them takes half of the memory at most.
  private func plan(at lengths: [String: Int]) throws(Diagnostic) -> Plan {
    let plan = try graph.planned(at: lengths, for: options.kernels, stored: weights.element)
    guard plan.prologueSize > (options.memoryLimit ?? Arena.systemMemory) / 2 else { return plan }
    let kernels = options.kernels.withoutPackedLinears
    return try graph.planned(at: lengths, for: kernels, stored: weights.element)
  }

  /// The results on `inputs`, by output name. Binds first where needed.
  package mutating func run(_ inputs: [Name: Tensor]) throws(Diagnostic) -> [Name: Tensor] {
    try bind(inputs.mapValues(\.type))
    for (name, tensor) in inputs { try set(name, tensor) }
    try run()
    var results: [Name: Tensor] = [:]
    for output in graph.outputs { results[output.name] = try self.output(output.name) }
    return results
  }

  /// The profile so far; the session goes on with an empty one.
  package mutating func takeProfile() -> Profile {
    defer { profile = Profile() }
    return profile
  }

  /// Computes the outputs from the inputs as they are set. Throws iff nothing is bound yet, a node cannot be
  /// computed, a result is not finite and that is checked, or the run is cancelled.
  package mutating func run() throws(Diagnostic) {
    guard let binding else { throw .unbound(graph.name) }
    try binding.run(options, &profile)
  }
}

extension Session {
  /// Copies `tensor` to the input, where it stays for all runs until set anew or the lengths change.
  package func set(_ name: Name, _ tensor: Tensor) throws(Diagnostic) {
    let slot = try input(name)
    guard slot.type == tensor.type else { throw .wrongType(name, tensor.type, slot.type) }
    tensor.withBytes { bytes in
      if let base = bytes.baseAddress { slot.address.copyMemory(from: base, byteCount: bytes.count) }
    }
  }

  /// Calls `body` with the input's memory, an `f32` tensor, to be written in place.
  package func withInput<Result>(
    _ name: Name, _ body: (UnsafeMutableBufferPointer<Float>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let slot = try input(name)
    guard slot.type.element == .f32 else { throw .notFloat(name, slot.type) }
    let floats = slot.address.assumingMemoryBound(to: Float.self)
    return try body(UnsafeMutableBufferPointer(start: floats, count: slot.type.count ?? 0))
  }

  /// Calls `body` with the output's memory, an `f32` tensor, as the last run left it.
  package func withOutput<Result>(
    _ name: Name, _ body: (UnsafeBufferPointer<Float>) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let slot = try outputSlot(name)
    guard slot.type.element == .f32 else { throw .notFloat(name, slot.type) }
    let floats = slot.address.assumingMemoryBound(to: Float.self)
    return try body(UnsafeBufferPointer(start: floats, count: slot.type.count ?? 0))
  }

  /// A copy of the output as the last run left it.
  package func output(_ name: Name) throws(Diagnostic) -> Tensor {
    let slot = try outputSlot(name)
    let bytes = UnsafeRawBufferPointer(start: slot.address, count: slot.type.byteCount ?? 0)
    return try Tensor(slot.type, bytes: Array(bytes))
  }

  private func input(_ name: Name) throws(Diagnostic) -> Binding.Slot {
    guard let binding else { throw .unbound(graph.name) }
    guard let slot = binding.inputs[name] else { throw .noInput(name, graph.inputs.map { graph[$0].name }) }
    return slot
  }

  private func outputSlot(_ name: Name) throws(Diagnostic) -> Binding.Slot {
    guard let binding else { throw .unbound(graph.name) }
    guard let slot = binding.outputs[name] else { throw .noOutput(name, graph.outputs.map(\.name)) }
    return slot
  }
}

extension Diagnostic {
  fileprivate static func unbound(_ graph: String) -> Diagnostic {
    Diagnostic("@\(graph) is not bound to the types of its inputs yet", kind: .software)
  }
  fileprivate static func wrongType(_ name: Name, _ type: TensorType, _ expected: TensorType) -> Diagnostic {
    Diagnostic("input \(name) is \(type), but the session is bound to \(expected)")
  }
  fileprivate static func notFloat(_ name: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("\(name) is \(type), but its memory is asked for as f32", kind: .software)
  }
  fileprivate static func noInput(_ name: Name, _ known: [Name]) -> Diagnostic {
    Diagnostic(
      "there is no input \(name)", help: "the inputs are \(known.map(\.text).joined(separator: ", "))")
  }
  fileprivate static func noOutput(_ name: Name, _ known: [Name]) -> Diagnostic {
    Diagnostic(
      "there is no output \(name)", help: "the outputs are \(known.map(\.text).joined(separator: ", "))")
  }
}
