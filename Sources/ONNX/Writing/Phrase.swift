import Graphs
import Operators
import Tensors

/// A value in the file.
struct Operand: Hashable {
  let name: Name
  let element: DType
  init(_ name: Name, _ element: DType) { (self.name, self.element) = (name, element) }
}

/// One node of ours while it is written: what a wording sees.
struct Phrase {
  let export: Export
  let inputs: [Value]
  /// The type of the result.
  let type: TensorType
  private let path: Name
  private let name: Name

  init(_ export: Export, _ value: Value) {
    let node = export.graph[value]
    (self.export, inputs, type) = (export, node.inputs, node.type)
    (path, name) = (node.path, node.name)
  }

  /// Nodes that belong to something else of the graph.
  init(_ export: Export, path: Name, name: Name) {
    (self.export, inputs, type, self.path, self.name) = (export, [], TensorType(.f32, []), path, name)
  }

  var opset: Int { export.opset }

  /// Input `index`, as the file has it.
  func input(_ index: Int) throws(Diagnostic) -> Operand { try export.operand(inputs[index]) }
  func allInputs() throws(Diagnostic) -> [Operand] {
    var operands: [Operand] = []
    for value in inputs { operands.append(try export.operand(value)) }
    return operands
  }
  /// The type of input `index`.
  func type(_ index: Int) -> TensorType { export.graph[inputs[index]].type }

  /// `axis` counted from the front.
  func place(_ axis: Int, rank: Int) -> Int { axis < 0 ? axis + rank : axis }
}

// MARK: writing

extension Phrase {
  /// Appends an operator whose elements are those of `inputs`; where the standard does not define it for them,
  /// they are cast to a type that holds all their numbers, and the result is cast back.
  ///
  /// `leading`, `between` and `trailing` are operands of types of their own: in front of `inputs`, behind the
  /// first of them, and behind all. `gives` is the element type of the result where the operator fixes it. Throws
  /// iff the opset does not have the operator for these elements.
  func write(
    _ operatorName: String, _ inputs: [Operand], leading: [Operand] = [], between: Operand? = nil,
    trailing: [Operand] = [], _ attributes: [AttributeProto] = [], gives: DType? = nil
  ) throws(Diagnostic) -> Operand {
    let element = inputs.first?.element ?? gives ?? .f32
    let wide = try OperatorTypes.element(operatorName, element, opset: opset)
    var operands = leading
    for (index, input) in inputs.enumerated() {
      operands.append(try cast(input, to: wide))
      if index == 0, let between { operands.append(between) }
    }
    let result = Operand(export.fresh(Name("\(name).\(operatorName)")), gives ?? wide)
    export.append(operatorName, operands + trailing, attributes, to: [result.name], under: path)
    return try cast(result, to: gives ?? element)
  }

  /// Appends an operator of several outputs once for all the nodes of ours that are results of it, and gives that
  /// of output `index`.
  ///
  /// `op` is the op without what tells its results apart; `make` gives the attributes and the elements of the
  /// outputs.
  func write(
    _ operatorName: String, _ inputs: [Operand], output index: Int, of op: some Op,
    _ make: () throws(Diagnostic) -> (attributes: [AttributeProto], elements: [DType])
  ) throws(Diagnostic) -> Operand {
    let key = Export.Expression(op: AnyHashable(op), inputs: self.inputs)
    if let outputs = export.groups[key] { return outputs[index] }
    let (attributes, elements) = try make()
    var outputs: [Operand] = []
    for element in elements {
      outputs.append(Operand(export.fresh(Name("\(name).\(operatorName)")), element))
    }
    export.append(operatorName, inputs, attributes, to: outputs.map(\.name), under: path)
    for output in outputs { export.share(output) }
    export.groups[key] = outputs
    return outputs[index]
  }

  /// `operand`, cast where the operator is not defined for its elements.
  func fitting(_ operatorName: String, _ operand: Operand) throws(Diagnostic) -> Operand {
    try cast(operand, to: OperatorTypes.element(operatorName, operand.element, opset: opset))
  }

  /// `operand` itself where it has such elements already.
  func cast(_ operand: Operand, to element: DType, _ attributes: [AttributeProto] = []) throws(Diagnostic)
    -> Operand
  {
    guard operand.element != element else { return operand }
    for type in [operand.element, element] where !OperatorTypes.has("Cast", type, opset: opset) {
      throw .noElement(type, opset)
    }
    let result = Operand(export.fresh(Name("\(operand.name).\(element)")), element)
    let to = AttributeProto.integer("to", Int(ElementType(element).rawValue))
    export.append("Cast", [operand], attributes + [to], to: [result.name], under: path)
    return result
  }

  /// Whole numbers along one axis, i64.
  func vector(_ numbers: [Int]) throws(Diagnostic) -> Operand { try export.vector(numbers.map { Dim($0) }) }
  /// Lengths along one axis, i64.
  func vector(_ dims: [Dim]) throws(Diagnostic) -> Operand { try export.vector(dims) }
  /// A length without axes, i64.
  func scalar(_ dim: Dim) throws(Diagnostic) -> Operand {
    try write("Squeeze", [try vector([dim])], trailing: [try vector([0])])
  }
  /// A number without axes.
  func number(_ number: Double, _ element: DType) throws(Diagnostic) -> Operand {
    try export.operand(elaborate { g throws(Diagnostic) in try g.add(Constant(number, element)) })
  }

  /// What our ops say that `body` appends.
  func elaborate(_ body: (inout Graph) throws(Diagnostic) -> Value) throws(Diagnostic) -> Value {
    try export.elaborate(under: path, body)
  }
}

extension AttributeProto {
  static func integer(_ name: String, _ number: Int) -> AttributeProto {
    AttributeProto(name, .integer(Int64(number)))
  }
  static func integers(_ name: String, _ numbers: [Int]) -> AttributeProto {
    AttributeProto(name, .integers(numbers.map(Int64.init)))
  }
  static func real(_ name: String, _ number: Double) -> AttributeProto {
    AttributeProto(name, .float(Float(number)))
  }
  static func text(_ name: String, _ text: String) -> AttributeProto {
    AttributeProto(name, .string(Array(text.utf8)))
  }
}

extension Diagnostic {
  fileprivate static func noElement(_ element: DType, _ opset: Int) -> Diagnostic {
    Diagnostic(
      "ONNX casts no \(element) elements in opset \(opset)", help: "export to a later opset",
      kind: .unavailable)
  }
}
