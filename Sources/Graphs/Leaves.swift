package import Tensors

/// An op whose type is an attribute, and stands at the right of its line only.
package protocol TypedOp: Op {
  var type: TensorType { get }
}

/// An op that reads nothing.
package protocol LeafOp: TypedOp {}

/// A value given at each run. Stands in the head of the graph's text.
package struct Input: LeafOp {
  package static let name = "input"
  package var type: TensorType

  package init(_ type: TensorType) { self.type = type }
}

/// A weight, named by its path in the checkpoint.
package struct Parameter: LeafOp {
  package static let name = "parameter"
  package var path: Name
  /// Whether training leaves it alone.
  package var frozen: Bool
  package var type: TensorType

  package init(path: Name, frozen: Bool = true, _ type: TensorType) {
    (self.path, self.frozen, self.type) = (path, frozen, type)
  }
}

/// A small literal, row-major; a single value fills the whole tensor.
package struct Constant: LeafOp {
  package static let name = "constant"
  package var values: [Double]
  package var type: TensorType

  package init(_ values: [Double], _ type: TensorType) { (self.values, self.type) = (values, type) }
  package init(_ value: Double, _ element: DType = .f32) {
    self.init([value], TensorType(element, shape: []))
  }
}

extension Constant {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 0)
    guard values.count == 1 || values.count == type.count else { throw .constantCount(values.count, type) }
    return type
  }
  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard let count = type.count else { throw .constantCount(values.count, type) }
    let all = values.count == 1 ? Array(repeating: values[0], count: count) : values
    return try Tensor(reals: all, as: type)
  }
}

extension LeafOp {
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 0)
    return type
  }
  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    throw .leaf(Self.name)
  }
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
  package func cost(_ inputs: [TensorType], _ output: TensorType) -> Cost { Cost() }
}

extension Op {
  /// Throws iff there are not `count` inputs.
  package func expectCount(_ inputs: [TensorType], _ count: Int) throws(Diagnostic) {
    try expectCount(inputs, count...count)
  }

  /// Throws iff the number of inputs is not in `counts`.
  package func expectCount(_ inputs: [TensorType], _ counts: ClosedRange<Int>) throws(Diagnostic) {
    guard counts.contains(inputs.count) else { throw .inputCount(Self.name, inputs.count, counts) }
  }
}

extension Diagnostic {
  fileprivate static func leaf(_ op: String) -> Diagnostic {
    Diagnostic("\(op) has no value of its own: it is given to the evaluator", kind: .software)
  }
  fileprivate static func constantCount(_ count: Int, _ type: TensorType) -> Diagnostic {
    Diagnostic("constant has \(count) values, but its type is \(type)")
  }
  fileprivate static func inputCount(_ op: String, _ count: Int, _ counts: ClosedRange<Int>) -> Diagnostic {
    let expected = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
    return Diagnostic("\(op) takes \(expected) inputs, but it is given \(count)")
  }
}
