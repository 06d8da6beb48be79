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
    Wording(Min.self) { (op, phrase) throws(Diagnostic) in
      try phrase.reduce("ReduceMin", phrase.input(0), axes: op.axes, keep: op.keep)
    },
    Wording(Product.self) { (op, phrase) throws(Diagnostic) in
      try phrase.reduce("ReduceProd", phrase.input(0), axes: op.axes, keep: op.keep)
    },
    Wording(ArgMax.self) { (op, phrase) throws(Diagnostic) in
      try phrase.place("ArgMax", axis: op.axis, keep: op.keep, last: op.last)
    },
    Wording(ArgMin.self) { (op, phrase) throws(Diagnostic) in
      try phrase.place("ArgMin", axis: op.axis, keep: op.keep, last: op.last)
    },
    Wording(ArgSort.self) { (op, phrase) throws(Diagnostic) in
      let x = try phrase.fitting("TopK", phrase.input(0))
      let axis = phrase.place(op.axis, rank: phrase.type.rank)
      let count = try phrase.vector([phrase.type.dims[axis]])
      return try phrase.write("TopK", [x, count], output: 1, of: op) { () throws(Diagnostic) in
        ([.integer("axis", axis), .integer("largest", op.descending ? 1 : 0)], [x.element, .i64])
      }
    },
    Wording(CumulativeSum.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "CumSum", [phrase.input(0)], trailing: [phrase.number(Double(op.axis), .i64)],
        [.integer("exclusive", op.exclusive ? 1 : 0), .integer("reverse", op.reverse ? 1 : 0)])
    },
    Wording(CumulativeProduct.self, cumulativeProduct),
  ]

  /// ONNX has an operator for it from opset 26 on only: a scan that hands the product on.
  @Sendable private static func cumulativeProduct(_ op: CumulativeProduct, _ phrase: Phrase)
    throws(Diagnostic) -> Operand?
  {
    let (type, axis) = (phrase.type, phrase.place(op.axis, rank: phrase.type.rank))
    var slice = type
    slice.dims.remove(at: axis)
    var step = Graph(name: "product")
    let (total, x) = (try step.input("total", slice), try step.input("x", slice))
    let next = try step.multiply(total, x)
    step.outputs = [Output("next", next), Output("kept", op.exclusive ? total : next)]
    let body = try Body(step)
    let products = try phrase.elaborate { g throws(Diagnostic) in
      let ones = try g.broadcast(g.constant(1, like: phrase.inputs[0]), slice.dims)
      let scan = Scan(
        body: body, states: 1, axes: [axis], backwards: [op.reverse], stacks: [axis],
        stacksBackwards: [op.reverse], result: 1)
      return try g.add(scan, [ones, phrase.inputs[0]])
    }
    return try phrase.export.operand(products)
  }
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

  /// The place of an extreme element along an axis, i64.
  fileprivate func place(_ operatorName: String, axis: Int, keep: Bool, last: Bool) throws(Diagnostic)
    -> Operand
  {
    try write(
      operatorName, [input(0)],
      [
        .integer("axis", axis), .integer("keepdims", keep ? 1 : 0),
        .integer("select_last_index", last ? 1 : 0),
      ], gives: .i64)
  }
}
