import Graphs
import ONNX
import Tensors
import Testing

/// Bodies that have to become graphs, because nothing is known of what decides how they run.
@Suite struct ControlTests {
  private func node(
    _ name: String, _ inputs: [Name], _ outputs: [Name], _ attributes: [AttributeProto] = []
  ) -> NodeProto {
    var node = NodeProto()
    (node.operatorName, node.inputs, node.outputs, node.attributes) = (name, inputs, outputs, attributes)
    return node
  }

  private func body(_ inputs: [Name], _ nodes: [NodeProto], _ outputs: [Name]) -> AttributeProto.Value {
    var graph = GraphProto()
    (graph.inputs, graph.outputs) = (inputs.map { ValueInfoProto($0) }, outputs.map { ValueInfoProto($0) })
    graph.nodes = nodes
    return .graph(graph)
  }

  private func imported(_ nodes: [NodeProto], _ inputs: [(Name, ElementType, [Int])], _ outputs: [Name])
    throws -> Graph
  {
    var model = ModelProto()
    model.opsets = ["": 18]
    model.graph.nodes = nodes
    model.graph.inputs = inputs.map { ValueInfoProto($0.0, .tensor($0.1, $0.2.map { .fixed($0) })) }
    model.graph.outputs = outputs.map { ValueInfoProto($0) }
    return try ImportedModel(model, name: "m").graph
  }

  private func reals(_ graph: Graph, _ inputs: [Name: Tensor], _ name: Name) throws -> [Double] {
    let results = try graph.evaluate(inputs) { (path) throws(Diagnostic) in throw Diagnostic("\(path)") }
    return try #require(results[name]).reals()
  }

  @Test("either branch of an if reads names of the graph around it")
  func branches() throws {
    let yes = body([], [node("Add", ["x", "y"], ["sum"])], ["sum"])
    let no = body([], [node("Mul", ["x", "x"], ["square"])], ["square"])
    let graph = try imported(
      [node("If", ["c"], ["z"], [.init("then_branch", yes), .init("else_branch", no)])],
      [("c", .bool, []), ("x", .float, [2]), ("y", .float, [2])], ["z"])
    let (x, y) = (try Tensor(reals: [2, 3], as: .f32(2)), try Tensor(reals: [10, 20], as: .f32(2)))
    for (holds, expected) in [(1, [12, 23]), (0, [4, 9])] as [(Int64, [Double])] {
      let c = try Tensor(integers: [holds], as: TensorType(.bool, []))
      #expect(try reals(graph, ["c": c, "x": x, "y": y], "z") == expected)
    }
  }

  @Test("a loop ends when its condition does not hold, or after the greatest number of iterations")
  func loop() throws {
    let step = body(
      ["i", "goes_on", "v"],
      [node("Add", ["v", "x"], ["next"]), node("Less", ["next", "bound"], ["below"])], ["below", "next"])
    let graph = try imported(
      [node("Loop", ["most", "", "start"], ["y"], [.init("body", step)])],
      [("most", .int64, []), ("start", .float, []), ("x", .float, []), ("bound", .float, [])], ["y"])
    func scalar(_ number: Double) throws -> Tensor { try Tensor(reals: [number], as: .f32()) }
    for (most, expected) in [(100, 10.0), (2, 4.0), (0, 0.0)] as [(Int64, Double)] {
      let count = try Tensor(integers: [most], as: TensorType(.i64, []))
      let inputs = ["most": count, "start": try scalar(0), "x": try scalar(2), "bound": try scalar(9)]
      #expect(try reals(graph, inputs.reduce(into: [:]) { $0[Name($1.key)] = $1.value }, "y") == [expected])
    }
  }

  @Test("a scan hands its state on and stacks what it gives, from the end where it is to")
  func scan() throws {
    let step = body(
      ["state", "element"],
      [
        node("Add", ["state", "element"], ["sum"]), node("Mul", ["sum", "factor"], ["scaled"]),
      ], ["sum", "scaled"])
    let graph = try imported(
      [
        node(
          "Scan", ["start", "x"], ["last", "all"],
          [
            .init("body", step), .init("num_scan_inputs", .integer(1)),
            .init("scan_input_directions", .integers([1])),
          ])
      ],
      [("start", .float, []), ("x", .float, [3]), ("factor", .float, [])], ["last", "all"])
    let inputs: [Name: Tensor] = [
      "start": try Tensor(reals: [1], as: .f32()), "x": try Tensor(reals: [1, 2, 4], as: .f32(3)),
      "factor": try Tensor(reals: [10], as: .f32()),
    ]
    #expect(try reals(graph, inputs, "last") == [8])
    #expect(try reals(graph, inputs, "all") == [50, 70, 80])
  }
}
