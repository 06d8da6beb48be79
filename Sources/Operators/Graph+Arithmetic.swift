package import Graphs
package import Tensors

/// The ops as verbs, for writing expansions and gradients.
extension Graph {
  /// A scalar of the element type of `x`.
  package mutating func constant(_ number: Double, like x: Value) throws(Diagnostic) -> Value {
    try add(Constant(number, self[x].type.element))
  }
  /// The number that `dim` stands for, a scalar of the element type of `x`.
  package mutating func length(of dim: Dim, like x: Value) throws(Diagnostic) -> Value {
    let element = self[x].type.element
    if let length = dim.fixed { return try add(Constant(Double(length), element)) }
    return try add(Length(dim: dim, element: element))
  }

  package mutating func exp(_ x: Value) throws(Diagnostic) -> Value { try add(Exp(), [x]) }
  package mutating func log(_ x: Value) throws(Diagnostic) -> Value { try add(Log(), [x]) }
  package mutating func sin(_ x: Value) throws(Diagnostic) -> Value { try add(Sin(), [x]) }
  package mutating func cos(_ x: Value) throws(Diagnostic) -> Value { try add(Cos(), [x]) }
  package mutating func tanh(_ x: Value) throws(Diagnostic) -> Value { try add(Tanh(), [x]) }
  package mutating func sigmoid(_ x: Value) throws(Diagnostic) -> Value { try add(Sigmoid(), [x]) }
  package mutating func erf(_ x: Value) throws(Diagnostic) -> Value { try add(Erf(), [x]) }
  package mutating func sqrt(_ x: Value) throws(Diagnostic) -> Value { try add(Sqrt(), [x]) }
  package mutating func rsqrt(_ x: Value) throws(Diagnostic) -> Value { try add(Rsqrt(), [x]) }
  package mutating func negate(_ x: Value) throws(Diagnostic) -> Value { try add(Negate(), [x]) }
  package mutating func abs(_ x: Value) throws(Diagnostic) -> Value { try add(Abs(), [x]) }
  package mutating func reciprocal(_ x: Value) throws(Diagnostic) -> Value { try add(Reciprocal(), [x]) }
  package mutating func square(_ x: Value) throws(Diagnostic) -> Value { try add(Square(), [x]) }
  package mutating func relu(_ x: Value) throws(Diagnostic) -> Value { try add(ReLU(), [x]) }

  package mutating func add(_ a: Value, _ b: Value) throws(Diagnostic) -> Value { try add(Add(), [a, b]) }
  package mutating func subtract(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Subtract(), [a, b])
  }
  package mutating func multiply(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Multiply(), [a, b])
  }
  package mutating func divide(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Divide(), [a, b])
  }
  package mutating func maximum(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Maximum(), [a, b])
  }
  package mutating func minimum(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Minimum(), [a, b])
  }
  package mutating func power(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Power(), [a, b])
  }
  /// `x + number`.
  package mutating func add(_ x: Value, plus number: Double) throws(Diagnostic) -> Value {
    try add(x, constant(number, like: x))
  }
  /// `x · number`.
  package mutating func multiply(_ x: Value, by number: Double) throws(Diagnostic) -> Value {
    try multiply(x, constant(number, like: x))
  }

  package mutating func equal(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Equal(), [a, b])
  }
  package mutating func less(_ a: Value, _ b: Value) throws(Diagnostic) -> Value { try add(Less(), [a, b]) }
  package mutating func `where`(_ condition: Value, _ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(Where(), [condition, a, b])
  }

  /// `x` itself where it has these dims already; so for `broadcast` and `cast`.
  package mutating func reshape(_ x: Value, _ dims: [Dim]) throws(Diagnostic) -> Value {
    self[x].type.dims == dims ? x : try add(Reshape(dims: dims), [x])
  }
  /// All rows of `x` `[…, K]` in one matrix.
  package mutating func rows(of x: Value) throws(Diagnostic) -> Value {
    let dims = self[x].type.dims
    guard let features = dims.last, let rows = Array(dims.dropLast()).product else {
      throw .noMatrix(self[x].type)
    }
    return try reshape(x, [rows, features])
  }
  package mutating func broadcast(_ x: Value, _ dims: [Dim]) throws(Diagnostic) -> Value {
    self[x].type.dims == dims ? x : try add(Broadcast(dims: dims), [x])
  }
  package mutating func cast(_ x: Value, to element: DType) throws(Diagnostic) -> Value {
    self[x].type.element == element ? x : try add(Cast(element: element), [x])
  }
  package mutating func transpose(_ x: Value, _ permutation: [Int]) throws(Diagnostic) -> Value {
    try add(Transpose(permutation: permutation), [x])
  }
  /// The last two axes exchanged.
  package mutating func transposeMatrix(_ x: Value) throws(Diagnostic) -> Value {
    let rank = self[x].type.rank
    guard rank >= 2 else { throw .noMatrix(self[x].type) }
    return try transpose(x, Array(0..<rank - 2) + [rank - 1, rank - 2])
  }
  package mutating func slice(_ x: Value, axis: Int, start: Dim, length: Dim, step: Int = 1)
    throws(Diagnostic) -> Value
  {
    try add(Slice(axis: axis, start: start, length: length, step: step), [x])
  }
  package mutating func pad(_ x: Value, axis: Int, before: Dim, after: Dim, value: Double = 0)
    throws(Diagnostic) -> Value
  {
    try add(Pad(axis: axis, before: before, after: after, value: value), [x])
  }
  package mutating func concat(_ inputs: [Value], axis: Int) throws(Diagnostic) -> Value {
    try add(Concat(axis: axis), inputs)
  }
  package mutating func gather(_ x: Value, _ indices: Value, axis: Int) throws(Diagnostic) -> Value {
    try add(Gather(axis: axis), [x, indices])
  }
  package mutating func iota(_ length: Dim, _ element: DType) throws(Diagnostic) -> Value {
    try add(Iota(length: length, element: element))
  }

  package mutating func sum(_ x: Value, axes: [Int], keep: Bool = true) throws(Diagnostic) -> Value {
    try add(Sum(axes: axes, keep: keep), [x])
  }
  package mutating func mean(_ x: Value, axes: [Int], keep: Bool = true) throws(Diagnostic) -> Value {
    try add(Mean(axes: axes, keep: keep), [x])
  }
  package mutating func max(_ x: Value, axes: [Int], keep: Bool = true) throws(Diagnostic) -> Value {
    try add(Max(axes: axes, keep: keep), [x])
  }
  package mutating func matmul(_ a: Value, _ b: Value) throws(Diagnostic) -> Value {
    try add(MatMul(), [a, b])
  }
}

extension Diagnostic {
  fileprivate static func noMatrix(_ type: TensorType) -> Diagnostic {
    Diagnostic("a matrix is to be transposed, but \(type) has fewer than two axes")
  }
}
