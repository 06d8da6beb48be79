import Checkpoints
import Graphs
import ONNX
import Operators
import Tensors
import Testing

/// What graphs become.
@Suite struct WritingTests {
  private func graph(_ text: String) throws -> Graph {
    try #require(Graph.parse(text, file: "test", ops: .all).first)
  }

  private func exported(_ text: String, opset: Int = 20) throws -> ModelProto {
    try ModelProto(exporting: graph(text), opset: opset) { (path) throws(Diagnostic) in
      let halves = Array<Float>(repeating: 0.5, count: 8)
      return TensorDraft(path, try Tensor(floats: halves, shape: path == "h.w" ? [2, 4] : [8]))
    }
  }

  private func operators(_ model: ModelProto) -> [String] {
    model.graph.nodes.map(\.operatorName).filter { $0 != "Constant" }
  }

  @Test("names of inputs, outputs, values, parameters and lengths stay; nodes are named by their place")
  func names() throws {
    let model = try exported(
      """
      graph @g(%x: f32[B, 2*L+1, 4]) {
        %h.w   = parameter path="h.w" frozen=true : f32[2, 4]
        %h.out = linear(%x, %h.w)                 : f32[B, 2*L+1, 2]
        %y     = relu(%h.out)                     : f32[B, 2*L+1, 2]
        return %y
      }
      """)
    #expect(
      model.graph.inputs.map(\.type)
        == [.tensor(.float, [.named("B"), .named("2*L+1"), .fixed(4)])])
    #expect(model.graph.outputs.map(\.name) == ["y"])
    #expect(model.graph.initializers.map(\.name) == ["h.w"])
    #expect(model.graph.nodes.map(\.name) == ["/h/out/Transpose", "/h/out/MatMul", "/y/Relu"])
    #expect(model.graph.nodes.map(\.outputs) == [["h.out.transpose"], ["h.out"], ["y"]])
    #expect(model.graph.valueInfo.map(\.name) == ["h.out.transpose", "h.out"])
    #expect((model.irVersion, model.opsets) == (9, ["": 20]))
  }

  @Test("lengths that neither stay nor can be inferred are read off an input, once a name")
  func lengths() throws {
    let model = try exported(
      """
      graph @g(%x: f32[B, 2*L]) {
        %a = reshape(%x) dims=[2*B, L]            : f32[2*B, L]
        %b = broadcast(%a) dims=[3, 2*B, L]       : f32[3, 2*B, L]
        %c = iota() length=L element=i64          : i64[L]
        return %a, %b, %c
      }
      """)
    #expect(
      operators(model) == [
        "Shape", "Mul", "Shape", "Div", "Concat", "Reshape", "Expand", "Squeeze", "Range",
      ])
  }

  @Test("a fused op is written as one where the opset has it")
  func fused() throws {
    let text = """
      graph @g(%q: f32[B, N, 8], %k: f32[B, M, 8]) {
        %y = attention(%q, %k, %k) heads=2 kv_heads=2 scale=0.5 : f32[B, N, 8]
        %z = silu(%y)                                           : f32[B, N, 8]
        return %z
      }
      """
    #expect(operators(try exported(text, opset: 24)) == ["Attention", "Swish"])
    #expect(operators(try exported(text, opset: 23)) == ["Attention", "Sigmoid", "Mul"])
    #expect(operators(try exported(text, opset: 22)).filter { $0 == "MatMul" }.count == 2)
    #expect(try exported(text, opset: 24).irVersion == 10)
  }

  @Test("what repeats inside of composites is written once, and what depends on nothing is computed")
  func sharing() throws {
    let model = try exported(
      """
      graph @g(%q: f32[1, 5, 8], %k: f32[1, 5, 8]) {
        %a = rope(%q) heads=2 dims=4 base=10000.0 style=half start=0.0 step=1.0 : f32[1, 5, 8]
        %b = rope(%k) heads=2 dims=4 base=10000.0 style=half start=0.0 step=1.0 : f32[1, 5, 8]
        return %a, %b
      }
      """)
    #expect(!operators(model).contains { ["Cos", "Sin", "Pow", "Range", "Shape"].contains($0) })
    let tables = model.graph.nodes.filter { $0.outputs[0].text.hasSuffix(".cos") }
    #expect(tables.map(\.operatorName) == ["Constant"])
  }

  @Test("elements for which the standard has no such operator are widened and narrowed again")
  func casts() throws {
    let text = """
      graph @g(%x: bf16[2]) {
        %y = sin(%x) : bf16[2]
        return %y
      }
      """
    #expect(operators(try exported(text, opset: 21)) == ["Cast", "Sin", "Cast"])
    #expect(operators(try exported(text, opset: 22)) == ["Sin"])
  }

  @Test("a parameter that is stored in other elements than the graph computes in is cast")
  func storedElements() throws {
    let graph = try graph(
      """
      graph @g(%x: f32[3]) {
        %w = parameter path="w" frozen=true : f32[3]
        %y = add(%x, %w)                    : f32[3]
        return %y
      }
      """)
    let model = try ModelProto(exporting: graph) { (path) throws(Diagnostic) in
      TensorDraft(path, try Tensor(reals: [1, 2, 3], as: TensorType(.f16, [3])))
    }
    #expect(operators(model) == ["Cast", "Add"])
    #expect(model.graph.initializers.map(\.name) == ["w"])
  }

  @Test("an output that is an input, a parameter or another output has a node of its own")
  func aliases() throws {
    var graph = try graph(
      """
      graph @g(%x: f32[8], %z: f32[8]) {
        %w = parameter path="w" frozen=true : f32[8]
        %y = add(%x, %w)                    : f32[8]
        return %y
      }
      """)
    let values = ["x", "w", "y", "y", "z"].compactMap { graph[named: $0] }
    graph.outputs = zip(["a", "b", "c", "d", "z"], values).map { Output($0, $1) }
    let model = try ModelProto(exporting: graph) { (path) throws(Diagnostic) in
      TensorDraft(path, try Tensor(floats: Array(repeating: 0.5, count: 8), shape: [8]))
    }
    #expect(operators(model).sorted() == ["Add", "Identity", "Identity", "Identity"])
    #expect(model.graph.outputs.map(\.name) == ["a", "b", "c", "d", "z"])
  }

  @Test(
    "what cannot be said is refused with the reason",
    arguments: [
      (16, "%y = relu(%x) : f32[B]", "opset 16 cannot be written"),
      (20, "%y = iota() length=Q element=f32 : f32[Q]", "the length Q is read off no axis of an input"),
      (
        20, "%y = unsupported(%x) operation=\"a.Fold\" reason=\"it is new\" result=0 : f32[B]",
        "has 1 nodes that cannot be run"
      ),
    ])
  func refusals(opset: Int, line: String, words: String) throws {
    let error = #expect(throws: Diagnostic.self) {
      try exported("graph @g(%x: f32[B]) {\n  \(line)\n  return %y\n}\n", opset: opset)
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
  }

  @Test("an operator that came later is refused with the opset that has it")
  func later() throws {
    let error = #expect(throws: Diagnostic.self) {
      try exported("graph @g(%x: i8[2]) {\n  %y = bitwise_not(%x) : i8[2]\n  return %y\n}\n", opset: 17)
    }
    #expect(error?.help == "export to opset 18 or later")
  }
}
