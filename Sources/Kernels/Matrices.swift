import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Matrix products.
  static let matrices: [Kernel] = [
    Kernel(Linear.self) { _, signature in
      guard signature.isFloat else { return nil }
      let weight = signature.shape(1)
      let (outputs, inputs, hasBias) = (weight[0], weight[1], signature.inputs.count > 2)
      let rows = signature.shape.dropLast().reduce(1, *)
      return { operands in
        var epilogue = ck_epilogue()
        epilogue.bias = hasBias ? operands[2] : nil
        ck_linear(
          rows, inputs, outputs, operands[0], inputs, CK_OUT_IN, operands[1], &epilogue, operands.result,
          outputs)
      }
    },
    Kernel(NarrowLinear.self) { op, signature in
      guard let product = NarrowProduct(op.element, CK_OUT_IN, signature) else { return nil }
      return { product($0) }
    },
    Kernel(NarrowMatMul.self) { op, signature in
      guard let product = NarrowProduct(op.element, CK_IN_OUT, signature) else { return nil }
      return { product($0) }
    },
    Kernel(MatMul.self) { _, signature in
      guard signature.isFloat, let product = StackedProduct(signature) else { return nil }
      return { product($0) }
    },
  ]
}

/// A product of rows with one matrix, both rounded to `bf16`, and a bias if there is a third operand.
private struct NarrowProduct {
  private let (rows, inputs, outputs): (Int, Int, Int)
  private let layout: ck_weight_layout
  private let weight: ck_weight_type
  private let hasBias: Bool

  /// `nil` iff the operands are of other types than that, or there is a stack of matrices.
  init?(_ element: DType, _ layout: ck_weight_layout, _ signature: Signature) {
    let types = signature.inputs
    guard element == .bf16,
      ([signature.output, types[0]] + types.dropFirst(2)).allSatisfy({ $0.element == .f32 }),
      types[0].rank >= 1, types[1].rank == 2
    else { return nil }
    switch types[1].element {
    case .f32: weight = CK_F32
    case .bf16: weight = CK_BF16
    default: return nil
    }
    (self.layout, hasBias) = (layout, types.count > 2)
    inputs = signature.shape(0).last ?? 0
    outputs = signature.shape.last ?? 0
    rows = signature.shape.dropLast().reduce(1, *)
  }

  func callAsFunction(_ operands: Operands) {
    var epilogue = ck_epilogue()
    epilogue.bias = hasBias ? operands[2] : nil
    ck_narrow_linear(
      rows, inputs, outputs, operands[0], inputs, layout, operands.inputs[1], weight, &epilogue,
      operands.result, outputs)
  }
}

/// A product of two stacks of matrices that broadcast.
private struct StackedProduct {
  private let (rows, columns, depth): (Int, Int, Int)
  /// How many products the last axis of the stack holds, and how far apart their matrices are.
  private let count: Int
  private let (aStride, bStride): (Int, Int)
  /// For each place on the other axes, where its matrices begin.
  private let starts: [(a: Int, b: Int, result: Int)]

  /// `nil` iff a size is negative.
  init?(_ signature: Signature) {
    let (a, b, shape) = (signature.shape(0), signature.shape(1), signature.shape)
    guard a.count >= 2, b.count >= 2, shape.count >= 2 else { return nil }
    let depth = a[a.count - 1]
    let columns = shape[shape.count - 1]
    let stack = Array(shape.dropLast(2))
    if a.dropLast(2).elementsEqual(stack), b.dropLast(2).allSatisfy({ $0 == 1 }) {
      // One matrix on the right: the stack on the left is one tall matrix.
      (rows, self.columns, self.depth) = (shape.dropLast().reduce(1, *), columns, depth)
      (count, aStride, bStride, starts) = (1, 0, 0, [(0, 0, 0)])
      return
    }
    let rows = shape[shape.count - 2]
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    let aStrides = Strides.broadcast(Array(a.dropLast(2)), to: stack).map { $0 * rows * depth }
    let bStrides = Strides.broadcast(Array(b.dropLast(2)), to: stack).map { $0 * depth * columns }
    count = stack.last ?? 1
    (aStride, bStride) = (aStrides.last ?? 0, bStrides.last ?? 0)
    var starts: [(a: Int, b: Int)] = [(0, 0)]
    for axis in stack.indices.dropLast() {
      starts = starts.flatMap { start in
        (0..<stack[axis]).map { (start.a + $0 * aStrides[axis], start.b + $0 * bStrides[axis]) }
      }
    }
    let size = count * rows * columns
    self.starts = starts.enumerated().map { ($1.a, $1.b, $0 * size) }
  }

  func callAsFunction(_ operands: Operands) {
    for start in starts {
      ck_gemm_batched(
        count, rows, columns, depth, 1, operands[0] + start.a, depth, false, aStride,
        operands[1] + start.b, columns, false, bStride, 0, operands.result + start.result, columns,
        rows * columns)
    }
  }
}
