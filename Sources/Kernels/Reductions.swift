import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// One element of all along neighbouring axes.
  static let reductions: [Kernel] = [
    reduction(Sum.self, CK_SUM), reduction(Mean.self, CK_MEAN), reduction(Max.self, CK_REDUCE_MAX),
    reduction(Min.self, CK_REDUCE_MIN),
  ]

  private static func reduction(_ op: (some ReductionOp).Type, _ function: ck_reduce_op) -> Kernel {
    Kernel(op) { op, signature in
      guard signature.isFloat, let axes = signature.places(op.axes) else { return nil }
      let first = axes.first ?? 0
      let end = first + axes.count
      guard axes.isEmpty || axes.last == end - 1 else { return nil }
      let shape = signature.shape(0)
      let outer = shape[..<first].reduce(1, *)
      let length = shape[first..<end].reduce(1, *)
      let inner = shape[end...].reduce(1, *)
      return { ck_reduce(function, outer, length, inner, $0.result, $0[0]) }
    }
  }
}

extension LoweringRule {
  /// Reductions over axes that are no neighbours, as one after the other.
  static let reductions: [LoweringRule] = [
    LoweringRule(Sum.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      try split(op, inputs, name, &lowering) { Sum(axes: $0, keep: true) }
    },
    LoweringRule(Mean.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      try split(op, inputs, name, &lowering) { Mean(axes: $0, keep: true) }
    },
    LoweringRule(Max.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      try split(op, inputs, name, &lowering) { Max(axes: $0, keep: true) }
    },
    LoweringRule(Min.self) { (op, inputs, name, lowering) throws(Diagnostic) in
      try split(op, inputs, name, &lowering) { Min(axes: $0, keep: true) }
    },
  ]

  private static func split(
    _ op: some ReductionOp, _ inputs: [Value], _ name: Name, _ lowering: inout Lowering,
    _ part: ([Int]) -> any Op
  ) throws(Diagnostic) -> Value? {
    let type = lowering.graph[inputs[0]].type
    let result = try op.infer([type])
    guard let axes = Signature([type], result).places(op.axes), let first = axes.first, let last = axes.last,
      last - first + 1 != axes.count
    else { return nil }
    var value = inputs[0]
    for axis in axes.reversed() {
      value = try lowering.add(part([axis]), [value], name: Name("\(name).axis_\(axis)"))
    }
    return try lowering.add(Reshape(dims: result.dims), [value], name: name)
  }
}

extension Signature {
  /// `axes` of the first operand counted from the front, in order; `nil` iff one is not there.
  fileprivate func places(_ axes: [Int]) -> [Int]? {
    let places = axes.compactMap(axis)
    return places.count == axes.count ? places.sorted() : nil
  }
}
