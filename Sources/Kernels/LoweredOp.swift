import Graphs
import Tensors

/// An op that exists only in lowered graphs: its meaning is its kernel, on `f32` operands.
protocol LoweredOp: Op {
  /// What computes the op on types that `infer` accepts.
  func prepare(_ signature: Signature) -> Run
}

extension LoweredOp {
  /// Only its author knows what the kernel of a lowered op computes: there is no usual cost.
  @available(*, unavailable, message: "a lowered op says what it costs")
  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { Cost() }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let starts = inputs.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1.byteCount + 63) / 64 * 64) }
    let output = starts[inputs.count]
    let memory = try Arena(byteCount: output + (type.byteCount ?? 0), for: Self.name)
    let base = memory.address(of: 0..<memory.byteCount)
    for (start, tensor) in zip(starts, inputs) {
      tensor.withBytes { bytes in
        if let source = bytes.baseAddress { (base + start).copyMemory(from: source, byteCount: bytes.count) }
      }
    }
    let addresses = starts.map { UnsafeRawPointer(base + $0) }
    let run = prepare(Signature(inputs.map(\.type), type))
    let outcome = addresses.withUnsafeBufferPointer { all -> Result<Void, Diagnostic> in
      guard let first = all.baseAddress else { return .success(()) }
      do throws(Diagnostic) {
        return .success(try run(Operands(inputs: first, output: base + output)))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
    return try Tensor(
      type, bytes: Array(UnsafeRawBufferPointer(start: base + output, count: type.byteCount ?? 0)))
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    throw .lowered(Self.name)
  }
}

extension Diagnostic {
  fileprivate static func lowered(_ op: String) -> Diagnostic {
    Diagnostic("\(op) exists only for the kernels: differentiate before lowering", kind: .software)
  }
}
