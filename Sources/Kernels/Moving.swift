import CKernels
import Graphs
import Operators
import Tensors

extension Kernel {
  /// Elements of any type of whole bytes, put elsewhere.
  static let moving: [Kernel] = [
    Kernel(Transpose.self) { op, signature in
      let strides = Strides.dense(signature.shape(0))
      return Move(signature, from: op.permutation.map { strides[$0] }).map { run([$0]) }
    },
    Kernel(Broadcast.self) { _, signature in
      let strides = Strides.broadcast(signature.shape(0), to: signature.shape)
      return Move(signature, from: strides).map { run([$0]) }
    },
    Kernel(Reshape.self) { _, signature in
      Move(signature, [signature.count], from: [1], to: [1]).map { run([$0]) }
    },
    Kernel(Slice.self) { op, signature in
      guard let start = op.start.fixed, let axis = signature.axis(op.axis) else { return nil }
      var strides = Strides.dense(signature.shape(0))
      guard signature.count > 0 else { return run([]) }
      let skipped = start * strides[axis]
      strides[axis] *= op.step ?? 1
      return Move(signature, from: strides, skipping: skipped).map { run([$0]) }
    },
    Kernel(Pad.self) { op, signature in
      guard let before = op.before.fixed, let axis = signature.axis(op.axis) else { return nil }
      let (shape, strides) = (signature.shape(0), Strides.dense(signature.shape))
      let move = Move(
        signature, shape, from: Strides.dense(shape), to: strides, offset: before * strides[axis])
      let one = TensorType(signature.output.element, shape: [1])
      guard let value = try? Tensor(reals: [op.value ?? 0], as: one) else { return nil }
      return move.map { run([$0], over: value.withBytes(Array.init), signature.count) }
    },
    Kernel(Concat.self) { op, signature in
      guard let axis = signature.axis(op.axis) else { return nil }
      let strides = Strides.dense(signature.shape)
      var (moves, start): ([Move], Int) = ([], 0)
      for index in signature.inputs.indices {
        let shape = signature.shape(index)
        guard
          let move = Move(
            signature, shape, operand: index, from: Strides.dense(shape), to: strides,
            offset: start * strides[axis])
        else { return nil }
        moves.append(move)
        start += shape[axis]
      }
      return run(moves)
    },
  ]

  /// Makes `moves`, where an element is given over `count` of it.
  private static func run(_ moves: [Move], over element: [UInt8] = [], _ count: Int = 0) -> Run {
    { operands in
      if count > 0 { ck_fill(count, element.count, operands.output, element) }
      for move in moves { move(operands) }
    }
  }
}

/// A strided copy of one operand into the result.
private struct Move {
  private let shape: [Int]
  private let width: Int
  private let operand: Int
  private let source: [Int]
  private let target: [Int]
  private let skipped: Int
  private let offset: Int

  /// Copies `shape` elements, all of the result where not given. `skipping` and `offset` are the elements in
  /// front of the first on the two sides. `nil` iff the kernels do not cover the rank or the element type.
  init?(
    _ signature: Signature, _ shape: [Int]? = nil, operand: Int = 0, from source: [Int],
    to target: [Int]? = nil, skipping: Int = 0, offset: Int = 0
  ) {
    let bits = signature.output.element.bits
    guard source.count <= Int(CK_MAX_RANK), [8, 16, 32, 64].contains(bits) else { return nil }
    (self.shape, self.operand, self.source) = (shape ?? signature.shape, operand, source)
    self.target = target ?? Strides.dense(signature.shape)
    (width, skipped, self.offset) = (bits / 8, skipping * bits / 8, offset * bits / 8)
  }

  func callAsFunction(_ operands: Operands) {
    ck_copy_strided(
      shape.count, shape, width, operands.output + offset, target, operands.inputs[operand] + skipped,
      source)
  }
}

extension Signature {
  /// `axis` counted from the front, or `nil` iff there is none.
  func axis(_ axis: Int) -> Int? {
    let place = axis < 0 ? axis + inputs[0].rank : axis
    return inputs[0].dims.indices.contains(place) ? place : nil
  }
}
