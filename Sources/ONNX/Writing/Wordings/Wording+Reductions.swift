import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that make one element of many.
  static let reductions: [Wording] = [
    Wording(Sum.self) { (op, phrase) throws(Diagnostic) in
      try phrase.reduce("ReduceSum", phrase.input(0), axes: op.axes, keep: op.keep, listsAxes: 13)
    },
    Wording(Mean.self) { (op, phrase) throws(Diagnostic) in
      try phrase.reduce("ReduceMean", phrase.input(0), axes: op.axes, keep: op.keep)
    },
    Wording(Max.self) { (op, phrase) throws(Diagnostic) in
      try phrase.reduce("ReduceMax", phrase.input(0), axes: op.axes, keep: op.keep)
    },
  ]
}

extension Phrase {
  /// Axes are an attribute before opset `listsAxes` and an input from then on. No axes at all leave x as it is.
  func reduce(
    _ operatorName: String, _ x: Operand, axes: [Int], keep: Bool = true, listsAxes: Int = 18
  ) throws(Diagnostic) -> Operand {
    guard !axes.isEmpty else { return x }
    let keeping = AttributeProto.integer("keepdims", keep ? 1 : 0)
    guard opset >= listsAxes else {
      return try write(operatorName, [x], [.integers("axes", axes), keeping])
    }
    return try write(operatorName, [x], trailing: [vector(axes)], [keeping])
  }
}
