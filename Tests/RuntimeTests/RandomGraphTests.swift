import Graphs
import Operators
import Plans
import Runtime
import Tensors
import Testing

/// Graphs nobody thought of: views of views, operands overwritten, values that go out early. A session gives
/// what the reference evaluation gives, at the first run and at the next on other inputs.
@Suite struct RandomGraphTests {
  @Test(arguments: 0..<80) func agrees(seed: Int) throws {
    var random = Random(state: UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15)
    let graph = try Self.graph(&random)
    #expect(graph.problems() == [])
    var session = try Session(graph, parameters: Self.parameter)
    for run in 0..<2 {
      var inputs: [Name: Tensor] = [:]
      for value in graph.inputs {
        inputs[graph[value].name] = try Self.wave(graph[value].type, Double(run * 10 + inputs.count))
      }
      let results = try session.run(inputs)
      #expect(session.plan?.problems() == [])
      for (name, expected) in try graph.evaluate(inputs, parameter: Self.parameter) {
        let result = try #require(results[name])
        #expect(try result.isNear(expected, tolerance: 2e-5), "run \(run), \(name) of\n\(graph)")
      }
    }
  }

  private static func graph(_ random: inout Random) throws -> Graph {
    var graph = Graph(name: "random")
    var values: [Value] = []
    for name: Name in ["a", "b"] {
      values.append(try graph.input(name, TensorType(.f32, shape: [random.next(3) + 1, 6, 8])))
    }
    for _ in 0..<24 { values.append(try next(&graph, values, &random)) }
    for index in 0..<4 { graph.outputs.append(Output("y\(index)", random.element(values))) }
    return graph
  }

  private static func next(_ g: inout Graph, _ values: [Value], _ random: inout Random) throws -> Value {
    let x = random.element(values)
    let type = g[x].type
    let shape = type.shape ?? []
    let axis = random.next(shape.count)
    switch random.next(12) {
    case 0: return try g.tanh(x)
    case 1: return try g.square(g.sigmoid(x))
    case 2, 3:
      let same = values.filter { g[$0].type == type }
      return try g.tanh(g.add(x, random.element(same)))
    case 4:
      let row = try g.parameter(
        "row\(shape[shape.count - 1])", TensorType(.f32, shape: [shape[shape.count - 1]]))
      return try g.multiply(row, x)
    case 5:
      let start = random.next(shape[axis])
      let length = 1 + random.next(shape[axis] - start)
      return try g.slice(x, axis: axis, start: Dim(start), length: Dim(length))
    case 6: return try g.reshape(x, [Dim(shape[0]), Dim(type.count.map { $0 / shape[0] } ?? 0)])
    case 7: return try g.transpose(x, Array(shape.indices.reversed()))
    case 8: return (type.count ?? 0) > 4000 ? try g.tanh(x) : try g.concat([x, x], axis: axis)
    case 9: return try g.add(Softmax(), [x])
    case 10: return try g.add(LayerNorm(eps: 0.1), [x])
    default:
      let weight = TensorType(.f32, shape: [8, shape[shape.count - 1]])
      return try g.tanh(g.add(Linear(), [x, g.parameter("w\(shape[shape.count - 1])", weight)]))
    }
  }

  private static func wave(_ type: TensorType, _ start: Double) throws(Diagnostic) -> Tensor {
    let values = (0..<(type.count ?? 0)).map { (start + Double($0) * 0.7).remainder(dividingBy: 2) }
    return try Tensor(reals: values, as: type)
  }

  /// `row8` is `f32[8]`, `w8` is `f32[8, 8]`.
  @Sendable private static func parameter(_ path: Name) throws(Diagnostic) -> Tensor {
    let width = Int(path.text.drop { !$0.isNumber }) ?? 0
    return try wave(TensorType(.f32, shape: path.text.hasPrefix("w") ? [8, width] : [width]), Double(width))
  }
}

/// xorshift64: the same graphs on every machine.
private struct Random {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
  mutating func element<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }
}
