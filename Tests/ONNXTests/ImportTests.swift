import Graphs
import ONNX
import Operators
import Tensors
import Testing

/// Graphs made by hand, as exporters write them.
@Suite struct ImportTests {
  private func node(
    _ name: String, _ inputs: [Name], _ output: Name, _ attributes: [AttributeProto] = []
  ) -> NodeProto {
    var node = NodeProto()
    (node.operatorName, node.inputs, node.outputs, node.attributes) = (name, inputs, [output], attributes)
    return node
  }

  private func vector(_ name: Name, _ numbers: [Int64]) throws -> TensorProto {
    TensorProto(name, try Tensor(integers: numbers, as: TensorType(.i64, [Dim(numbers.count)])))
  }

  private func model(
    _ nodes: [NodeProto], inputs: [(Name, ElementType, [TypeProto.Dimension])], output: Name,
    initializers: [TensorProto] = []
  ) -> ModelProto {
    var model = ModelProto()
    model.opsets = ["": 18]
    model.graph.nodes = nodes
    model.graph.inputs = inputs.map { ValueInfoProto($0.0, .tensor($0.1, $0.2)) }
    model.graph.outputs = [ValueInfoProto(output)]
    model.graph.initializers = initializers
    return model
  }

  @Test("a shape taken apart and put together again follows the named lengths")
  func symbolicReshape() throws {
    let scalar = TensorProto("zero", try Tensor(integers: [0], as: TensorType(.i64, [])))
    let model = model(
      [
        node("Shape", ["x"], "shape"), node("Gather", ["shape", "zero"], "batch"),
        node("Unsqueeze", ["batch", "axis"], "row"),
        node("Concat", ["row", "rest"], "target", [.init("axis", .integer(0))]),
        node("Reshape", ["x", "target"], "y"),
      ],
      inputs: [("x", .float, [.named("batch"), .fixed(6)])], output: "y",
      initializers: [scalar, try vector("axis", [0]), try vector("rest", [2, 3])])
    let imported = try ImportedModel(model, name: "m")
    #expect(
      imported.graph.description == """
        graph @m(%x: f32[batch, 6]) {
          %y = reshape(%x) dims=[batch, 2, 3] : f32[batch, 2, 3]
          return %y
        }

        """)
  }

  @Test("lengths are what the nodes need them to be")
  func agreement() throws {
    let sum = model(
      [
        node("Concat", ["one", "x"], "longer", [.init("axis", .integer(0))]),
        node("Add", ["longer", "p"], "y"),
      ],
      inputs: [("x", .int64, [.named("length")]), ("p", .int64, [.named("positions")])], output: "y",
      initializers: [try vector("one", [1])])
    let imported = try ImportedModel(sum, name: "m")
    let types = imported.graph.inputs.map { imported.graph[$0].type.description }
    #expect(types == ["i64[length]", "i64[length+1]"])
    try imported.graph.expectSupported()
    #expect(imported.notes == ["the length positions is taken to be length+1, as Add needs it"])
    let bound = try ImportedModel(sum, name: "m", lengths: ["length": 4])
    #expect(bound.graph.inputs.map { bound.graph[$0].type.dims } == [[4], [5]])
  }

  @Test("a batch under another name is the batch")
  func agreementOfReshape() throws {
    let pairs = model(
      [
        node("Shape", ["x"], "batch", [.init("end", .integer(1))]),
        node("Concat", ["batch", "rest"], "target", [.init("axis", .integer(0))]),
        node("Reshape", ["ids", "target"], "y"),
      ],
      inputs: [("x", .float, [.named("batch")]), ("ids", .float, [.named("rows"), .fixed(6), .fixed(2)])],
      output: "y", initializers: [try vector("rest", [-1])])
    let imported = try ImportedModel(pairs, name: "m")
    try imported.graph.expectSupported()
    let types = imported.graph.inputs.map { imported.graph[$0].type.description }
    #expect(types == ["f32[batch]", "f32[batch, 6, 2]"])
  }

  @Test("what is halved and doubled is even", arguments: [2, 4])
  func evenLengths(halves: Int) throws {
    // Down by strides and up by repetition, then beside what it was.
    let kernel = TensorProto("w", try Tensor(reals: [1], as: TensorType(.f32, [1, 1, 1])))
    let scales = TensorProto("scales", try Tensor(reals: [1, 1, Double(halves)], as: TensorType(.f32, [3])))
    var resize = node(
      "Resize", ["low", "", "scales"], "high", [.init("mode", .string(Array("nearest".utf8)))])
    resize.attributes.append(.init("coordinate_transformation_mode", .string(Array("asymmetric".utf8))))
    resize.attributes.append(.init("nearest_mode", .string(Array("floor".utf8))))
    let model = model(
      [
        node("Conv", ["x", "w"], "low", [.init("strides", .integers([Int64(halves)]))]), resize,
        node("Concat", ["high", "x"], "y", [.init("axis", .integer(1))]),
      ],
      inputs: [("x", .float, [.named("batch"), .fixed(1), .named("length")])], output: "y",
      initializers: [kernel, scales])
    let imported = try ImportedModel(model, name: "m")
    try imported.graph.expectSupported()
    let type = imported.graph[try #require(imported.graph.inputs.first)].type
    #expect(type.description == "f32[batch, 1, \(halves)*length_by_\(halves)]")
    let odd = try ImportedModel(model, name: "m", lengths: ["length": 2 * halves + 1])
    #expect(throws: Diagnostic.self) { try odd.graph.expectSupported() }
  }

  @Test("lengths that nothing makes fit stay as they are, and the node a gap")
  func disagreement() throws {
    // length+1 and length never agree; the axis that is joined need not.
    let model = model(
      [
        node("Concat", ["one", "x"], "longer", [.init("axis", .integer(0))]),
        node("Add", ["longer", "x"], "y"),
      ],
      inputs: [("x", .int64, [.named("length")])], output: "y", initializers: [try vector("one", [1])])
    let imported = try ImportedModel(model, name: "m")
    #expect(imported.graph[imported.graph.inputs[0]].type.dims == ["length"])
    #expect(imported.notes.isEmpty)
    #expect(throws: Diagnostic.self) { try imported.graph.expectSupported() }
  }

  @Test("a shape that is an input is deferred, and known where a value is given")
  func deferral() throws {
    let model = model(
      [node("Reshape", ["x", "shape"], "y")],
      inputs: [("x", .float, [.fixed(6)]), ("shape", .int64, [.fixed(2)])], output: "y")
    let open = try ImportedModel(model, name: "m").graph
    #expect(open.nodes.contains { $0.op is Deferred })
    #expect(throws: Diagnostic.self) { try open.expectSupported() }

    let given =
      [
        "x": try Tensor(floats: Array(repeating: 1, count: 6), shape: [6]),
        "shape": try Tensor(integers: [3, -1], as: TensorType(.i64, [2])),
      ] as [Name: Tensor]
    let closed = try ImportedModel(model, name: "m", given: given).graph
    try closed.expectSupported()
    #expect(closed[closed.outputs[0].value].type == .f32(3, 2))
  }

  @Test("an operator nobody knows is visible")
  func unknownOperator() throws {
    var fold = node("Fold", ["x"], "y")
    fold.domain = "com.example"
    let model = model([fold], inputs: [("x", .float, [.fixed(2)])], output: "y")
    let graph = try ImportedModel(model, name: "m").graph
    #expect(graph.nodes.contains { ($0.op as? Unsupported)?.operation == "com.example.Fold" })
  }

  @Test("an inner shape that is not true is noted; a wrong element is refused")
  func staleClaims() throws {
    var model = model(
      [node("Relu", ["x"], "h"), node("Relu", ["h"], "y")], inputs: [("x", .float, [.fixed(4)])], output: "y")
    model.graph.valueInfo = [ValueInfoProto("h", .tensor(.float, [.fixed(3)]))]
    let notes = try ImportedModel(model, name: "m").notes
    #expect(notes == ["the file says that \"h\" is f32[3], but it is f32[4]"])
    model.graph.valueInfo = [ValueInfoProto("h", .tensor(.float, [.named("n")]))]
    #expect(try ImportedModel(model, name: "m").notes.isEmpty)
    model.graph.valueInfo = [ValueInfoProto("h", .tensor(.double, nil))]
    let error = #expect(throws: Diagnostic.self) { try ImportedModel(model, name: "m") }
    #expect(error?.message.text == "the file says that \"h\" is f64, but its nodes make f32[4]")
  }

  @Test("an output's shape is compared with what the file alone tells, not with that of a run")
  func shapesOfARun() throws {
    var model = model([node("Relu", ["x"], "y")], inputs: [("x", .float, [.named("n")])], output: "y")
    model.graph.outputs = [ValueInfoProto("y", .tensor(.float, [.fixed(1)]))]
    let tensor = try Tensor(floats: [1, 2], shape: [2])
    #expect(try ImportedModel(model, name: "m", given: ["x": tensor]).graph.outputs.count == 1)
    model.graph.inputs = [ValueInfoProto("x", .tensor(.float, [.fixed(2)]))]
    #expect(throws: Diagnostic.self) { try ImportedModel(model, name: "m") }
  }

  @Test("texts that are known can be moved and compared; they are no results")
  func texts() throws {
    let words = TensorProto(
      "words", .strings([Array("b".utf8), Array("a".utf8), Array("b".utf8)], shape: [3]))
    let constant = node("Constant", [], "b", [.init("value_string", .string(Array("b".utf8)))])
    var model = model(
      [constant, node("Gather", ["words", "x"], "picked"), node("Equal", ["picked", "b"], "y")],
      inputs: [("x", .int64, [.fixed(2)])], output: "y", initializers: [words])
    let graph = try ImportedModel(model, name: "m").graph
    let x = try Tensor(integers: [2, 1], as: TensorType(.i64, [2]))
    let y = try graph.evaluate(["x": x]) { (path) throws(Diagnostic) in throw Diagnostic("no \(path)") }["y"]
    #expect(y?.type == TensorType(.bool, [2]))
    #expect(try y?.reals() == [1, 0])

    model.graph.outputs = [ValueInfoProto("picked")]
    #expect(
      try ImportedModel(model, name: "m").graph.gaps.map(\.description) == ["String: texts cannot be results"]
    )
    model.graph.nodes[2] = node("Add", ["picked", "b"], "y")
    model.graph.outputs = [ValueInfoProto("y")]
    let gaps = try ImportedModel(model, name: "m").graph.gaps
    #expect(gaps.map(\.description) == ["Add: texts can be compared and moved, not computed with"])
  }
}
