package import Graphs
import Tensors

/// The kernels by the op they compute.
package struct KernelTable: Sendable {
  private let kernels: [ObjectIdentifier: Kernel]
  private let rules: [ObjectIdentifier: LoweringRule]

  init(_ kernels: [Kernel], _ rules: [LoweringRule]) {
    self.kernels = Dictionary(kernels.map { (ObjectIdentifier($0.op), $0) }) { first, _ in first }
    self.rules = Dictionary(rules.map { (ObjectIdentifier($0.op), $0) }) { first, _ in first }
  }

  /// All of the catalogue.
  package static let standard = KernelTable(Kernel.catalog, LoweringRule.catalog)

  /// No kernel at all: every op runs as its reference evaluation.
  package static let reference = KernelTable([], [])

  /// The same, with the weights of linear layers read as they lie.
  package var withoutPackedLinears: KernelTable {
    KernelTable(
      Array(kernels.values),
      rules.values.filter { rule in
        !LoweringRule.linears.contains { $0.op == rule.op }
      })
  }

  /// What stands for `op` before a kernel is asked for, or `nil` iff it stays.
  func rule(for op: any Op) -> LoweringRule? { rules[ObjectIdentifier(type(of: op))] }

  /// What computes `op` fast on these types, or `nil` iff no kernel covers them.
  package func fast(_ op: any Op, _ signature: Signature) -> Run? {
    if let op = op as? any LoweredOp { return op.prepare(signature) }
    return kernels[ObjectIdentifier(type(of: op))]?.prepare(op, signature)
  }

  /// What computes `op` on these types: a kernel, or the reference evaluation.
  package func run(_ op: any Op, _ signature: Signature) -> Run {
    fast(op, signature) ?? KernelTable.reference(op, signature)
  }

  /// The reference evaluation of `op`; copies operands and result.
  package static func reference(_ op: any Op, _ signature: Signature) -> Run {
    { operands throws(Diagnostic) in
      var tensors: [Tensor] = []
      for (index, type) in signature.inputs.enumerated() {
        let bytes = UnsafeRawBufferPointer(start: operands.inputs[index], count: type.byteCount ?? 0)
        tensors.append(try Tensor(type, bytes: Array(bytes)))
      }
      let result = try op.evaluate(tensors, as: signature.output)
      guard result.type == signature.output else { throw .unexpected(op.name, result.type, signature.output) }
      result.withBytes { bytes in
        if let base = bytes.baseAddress { operands.output.copyMemory(from: base, byteCount: bytes.count) }
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func unexpected(_ op: String, _ type: TensorType, _ expected: TensorType) -> Diagnostic {
    Diagnostic("\(op) evaluated to \(type), but inferred \(expected)", kind: .software)
  }
}
