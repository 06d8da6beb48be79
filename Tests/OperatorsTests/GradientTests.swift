import Graphs
import Operators
import Tensors
import Testing

/// The laws of the gradient driver; the gradients of each op are checked by its case.
@Suite struct GradientTests {
  private static func graph(_ text: String) throws -> Graph {
    try #require(try Graph.parse(text, ops: .all).first)
  }

  private static func evaluate(_ graph: Graph, _ outputs: [Value?], _ inputs: [Name: [Double]]) throws
    -> [[Double]]
  {
    var graph = graph
    graph.outputs = outputs.enumerated().compactMap { index, value in
      value.map { Output(Name("out\(index)"), $0) }
    }
    var tensors: [Name: Tensor] = [:]
    for (name, values) in inputs {
      tensors[name] = try Tensor(reals: values, as: TensorType(.f32, shape: [values.count]))
    }
    let results = try graph.evaluate(tensors) { path throws(Diagnostic) in throw Diagnostic("\(path)") }
    return try graph.outputs.map { try #require(results[$0.name]).reals() }
  }

  @Test func sumsOverAllUses() throws {
    var g = try Self.graph(
      """
      graph @uses(%x: f32[2]) {
        %a = multiply(%x, %x) : f32[2]
        %y = add(%a, %x)      : f32[2]
        return %y
      }
      """)
    let x = try #require(g[named: "x"])
    let gradients = try g.gradients(of: g.outputs[0].value, for: [x])
    #expect(try Self.evaluate(g, gradients, ["x": [3, -1]]) == [[7, -1]])
  }

  @Test func upstreamWeighsTheLoss() throws {
    var g = try Self.graph(
      """
      graph @weighed(%x: f32[2], %u: f32[2]) {
        %y = square(%x) : f32[2]
        return %y
      }
      """)
    let (x, u) = (try #require(g[named: "x"]), try #require(g[named: "u"]))
    let gradients = try g.gradients(of: g.outputs[0].value, upstream: u, for: [x])
    #expect(try Self.evaluate(g, gradients, ["x": [3, -1], "u": [1, 10]]) == [[6, -20]])
  }

  @Test func wantedValuesMayDependOnEachOther() throws {
    var g = try Self.graph(
      """
      graph @chain(%x: f32[1]) {
        %a = square(%x)      : f32[1]
        %y = multiply(%a, %x) : f32[1]
        return %y
      }
      """)
    let (x, a, y) = (try #require(g[named: "x"]), try #require(g[named: "a"]), try #require(g[named: "y"]))
    let gradients = try g.gradients(of: y, for: [x, a, y])
    #expect(try Self.evaluate(g, gradients, ["x": [2]]) == [[12], [2], [1]])
  }

  @Test func compositesWithOneValueTwice() throws {
    var g = try Self.graph(
      """
      graph @twice(%x: f32[3]) {
        %y = softmax(%x) axis=-1 : f32[3]
        %z = multiply(%y, %x)    : f32[3]
        return %z
      }
      """)
    let x = try #require(g[named: "x"])
    let gradients = try g.gradients(of: g.outputs[0].value, for: [x])
    let found = try Self.evaluate(g, gradients, ["x": [0, 0, 0]])[0]
    #expect(found.allSatisfy { ($0 - 1 / 3).magnitude < 1e-6 })
  }

  @Test func whatIsNotWantedCostsNothing() throws {
    var g = try Self.graph(
      """
      graph @frozen(%x: f32[2, 3]) {
        %w = parameter path="w" frozen=true  : f32[3, 3]
        %v = parameter path="v" frozen=false : f32[3, 3]
        %h = matmul(%x, %w)                  : f32[2, 3]
        %t = tanh(%h)                        : f32[2, 3]
        %y = matmul(%t, %v)                  : f32[2, 3]
        return %y
      }
      """)
    let before = g.nodes.count
    let gradients = try g.gradients(of: g.outputs[0].value, for: [try #require(g[named: "v"])])
    #expect(gradients.count == 1 && gradients[0] != nil)
    #expect(g.nodes[before...].map(\.op.name) == ["constant", "transpose", "matmul"])
  }

  @Test func whatDoesNotReachTheLossHasNone() throws {
    var g = try Self.graph(
      """
      graph @apart(%x: f32[2], %z: f32[2], %i: i64[2]) {
        %y = gather(%x, %i) axis=0 : f32[2]
        return %y
      }
      """)
    let wanted = [try #require(g[named: "z"]), try #require(g[named: "i"])]
    #expect(try g.gradients(of: g.outputs[0].value, for: wanted) == [nil, nil])
  }

  @Test func refusesWhatHasNoGradient() throws {
    var g = try Self.graph(
      """
      graph @whole(%x: f32[2], %i: i64[2]) {
        %y = add(%i, %i) : i64[2]
        return %y
      }
      """)
    let (x, y) = (try #require(g[named: "x"]), g.outputs[0].value)
    #expect(throws: Diagnostic("%y is i64[2], but only floats have gradients")) {
      _ = try g.gradients(of: y, for: [x])
    }
    #expect(throws: Diagnostic("the gradient given for %x is i64[2], but %x is f32[2]")) {
      _ = try g.gradients(of: x, upstream: y, for: [x])
    }
  }
}
