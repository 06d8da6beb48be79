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
}
