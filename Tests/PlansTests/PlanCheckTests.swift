import Graphs
import Plans
import Tensors
import Testing

/// Random graphs are planned without a problem; spoiled plans are found out.
@Suite struct PlanCheckTests {
  @Test(arguments: 0..<60) func randomGraph(_ seed: Int) throws {
    let graph = try Self.randomGraph(seed)
    let plan = try Plan(graph)
    #expect(plan.problems() == [])
    #expect(plan == (try Plan(graph)))
    #expect(plan.arenaSize <= plan.sizeWithoutReuse)
    #expect(plan.arenaSize % Plan.alignment == 0)
  }

  @Test func missingPlace() throws {
    let plan = try Self.chain()
    let broken = plan.replacing { $0[plan.steps[0]] = nil }
    #expect(broken.problems().contains { $0.message.text == "%mix has no place, but %mix_2 needs one" })
  }

  @Test func tooSmallAnArena() throws {
    let plan = try Self.chain()
    let broken = plan.replacing { $0[plan.steps[0]] = .arena(4096..<4096 + 512) }
    #expect(broken.problems().map(\.message.text).first?.hasPrefix("%mix takes 512 bytes") == true)
  }

  @Test func overlap() throws {
    let plan = try Self.chain()
    let broken = plan.replacing { $0[plan.steps[1]] = $0[plan.steps[0]] }
    #expect(broken.problems().map(\.message.text).contains("%mix is overwritten before %mix_2 has read it"))
  }

  @Test func wrongOrder() throws {
    let plan = try Self.chain()
    let broken = Plan(
      graph: plan.graph, prologue: [], steps: plan.steps.reversed(), placements: plan.placements,
      arenaSize: plan.arenaSize, prologueSize: 0, outputSizes: plan.outputSizes,
      sizeWithoutReuse: plan.sizeWithoutReuse)
    #expect(
      broken.problems().contains { $0.message.text.hasSuffix("is not computed before %mix_3 reads it") })
  }

  private static func chain() throws -> Plan {
    let type = TensorType(.f32, shape: [8, 16])
    var graph = Graph(name: "g")
    var x = try graph.input("x", type)
    for _ in 0..<3 { x = try graph.add(Mix(type: type), [x]) }
    graph.output("y", try graph.add(Mix(type: type), [x]))
    return try Plan(graph)
  }

  /// Some inputs and parameters and sixty nodes of all kinds over them, a few of which go out.
  private static func randomGraph(_ seed: Int) throws -> Graph {
    var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
    var graph = Graph(name: "random")
    var values: [Value] = []
    for index in 0..<2 { values.append(try graph.input("x\(index)", random.type())) }
    for index in 0..<3 { values.append(try graph.parameter("w\(index)", random.type())) }
    for _ in 0..<60 {
      let x = random.element(values)
      let rows = graph[x].type.shape?.first ?? 1
      switch random.next(4) {
      case 0:
        let same = values.filter { graph[$0].type == graph[x].type }
        values.append(try graph.add(Sum(), [x, random.element(same)]))
      case 1:
        let start = random.next(rows)
        values.append(try graph.add(Rows(start: start, count: 1 + random.next(rows - start)), [x]))
      default:
        values.append(try graph.add(Mix(type: random.type()), [x, random.element(values)]))
      }
    }
    for index in 0..<4 { graph.outputs.append(Output("y\(index)", random.element(values))) }
    return graph
  }
}

extension Plan {
  fileprivate func replacing(_ change: (inout [Value: Placement]) -> Void) -> Plan {
    var placements = placements
    change(&placements)
    return Plan(
      graph: graph, prologue: prologue, steps: steps, placements: placements, arenaSize: arenaSize,
      prologueSize: prologueSize, outputSizes: outputSizes, sizeWithoutReuse: sizeWithoutReuse)
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
  mutating func type() -> TensorType { TensorType(.f32, shape: [1 + next(4), 16 * (1 + next(3))]) }
}
