import Graphs
import Kernels
import Tensors

/// Prepared steps, run one behind the other. Running allocates nothing.
struct StepList {
  private var steps: [Step] = []
  /// The operands of all steps, one behind the other.
  private var operands: [UnsafeRawPointer] = []

  fileprivate struct Step {
    var value: Value
    var run: Run
    var firstOperand: Int
    var output: UnsafeMutableRawPointer
    /// How many `f32` elements the result has; 0 where it is another type.
    var floatCount: Int
  }

  mutating func append(
    _ value: Value, _ run: @escaping Run, _ operands: [UnsafeRawPointer], _ output: UnsafeMutableRawPointer,
    _ type: TensorType
  ) {
    let floatCount = type.element == .f32 ? type.count ?? 0 : 0
    steps.append(
      Step(
        value: value, run: run, firstOperand: self.operands.count, output: output, floatCount: floatCount))
    // One more than there are, so that a step without operands has an address too.
    self.operands += operands + [UnsafeRawPointer(output)]
  }

  /// Calls `done` behind each step. Throws iff a step throws, a result is not finite and that is checked, or
  /// the run is cancelled.
  func run(
    _ graph: Graph, _ options: SessionOptions, _ profile: inout Profile, isPrologue: Bool = false,
    done: (Value) -> Void = { _ in }
  ) throws(Diagnostic) {
    if options.measuresTime { profile.beginLap(graph, isPrologue: isPrologue, count: steps.count) }
    for step in steps {
      guard !options.isCancelled() else { throw .cancelled() }
      let began = options.measuresTime ? Profile.now() : 0
      do throws(Diagnostic) {
        try run(step)
        if options.checksFinite { try step.checkFinite() }
      } catch {
        throw error.located(at: "\(graph.line(of: graph[step.value])) in @\(graph.name)")
      }
      if options.measuresTime { profile.add(step.value, began: began) }
      done(step.value)
    }
  }

  private func run(_ step: Step) throws(Diagnostic) {
    let outcome = operands.withUnsafeBufferPointer { all -> Result<Void, Diagnostic> in
      guard let base = all.baseAddress else { return .success(()) }
      do throws(Diagnostic) {
        return .success(try step.run(Operands(inputs: base + step.firstOperand, output: step.output)))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }
}

extension StepList.Step {
  /// Throws iff an element of the result is NaN or ∞; -∞ is what masks hold.
  fileprivate func checkFinite() throws(Diagnostic) {
    let floats = UnsafeBufferPointer(start: output.assumingMemoryBound(to: Float.self), count: floatCount)
    guard let stray = floats.firstIndex(where: { $0.isNaN || $0 == .infinity }) else { return }
    throw .notFinite(floats[stray], stray)
  }
}

extension Diagnostic {
  fileprivate static func cancelled() -> Diagnostic {
    Diagnostic("interrupted before the run's end; it gave no result", kind: .interrupted)
  }
  fileprivate static func notFinite(_ value: Float, _ index: Int) -> Diagnostic {
    Diagnostic("element \(index) of the result is \(value), the first that is not a finite number")
  }
}
