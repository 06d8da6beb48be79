import Graphs
import Plans
import Tensors
import Testing

/// The hand-made scenarios; each has its story above it.
@Suite struct PlanTests {
  private static let type = TensorType(.f32, shape: [8, 16])  // 512 bytes

  private func plan(_ build: (inout Graph) throws -> Void) throws -> Plan {
    var graph = Graph(name: "g")
    try build(&graph)
    let plan = try Plan(graph)
    #expect(plan.problems() == [])
    return plan
  }

  /// A chain that may not work in place needs two places in turn, however long it is.
  @Test func chainAlternates() throws {
    let plan = try plan { g in
      var x = try g.input("x", Self.type)
      for _ in 0..<9 { x = try g.add(Mix(type: Self.type), [x]) }
      g.output("y", try g.add(Mix(type: Self.type), [x]))
    }
    #expect(plan.arenaSize == 2 * 512)
    #expect(plan.sizeWithoutReuse == 9 * 512)
    #expect(plan.steps.count == 10)
  }

  /// A chain that may work in place needs one.
  @Test func chainInPlace() throws {
    let plan = try plan { g in
      var x = try g.input("x", Self.type)
      for _ in 0..<5 { x = try g.add(Sum(), [x]) }
      g.output("y", try g.add(Sum(), [x]))
    }
    #expect(plan.arenaSize == 512)
  }

  /// An operand that is read again later keeps its place.
  @Test func livingOperandIsNotOverwritten() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let a = try g.add(Mix(type: Self.type), [x])
      let b = try g.add(Sum(), [a, x])
      g.output("y", try g.add(Mix(type: Self.type), [a, b]))
    }
    #expect(plan.arenaSize == 2 * 512)
  }

  /// An operand of another size is never taken over, nor one of which only a view is read.
  @Test func onlyWholeOperandsAreOverwritten() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let a = try g.add(Mix(type: Self.type), [x])
      let row = try g.add(Rows(start: 1, count: 1), [a])
      let b = try g.add(Sum(), [row])
      g.output("y", try g.add(Mix(type: Self.type), [b]))
    }
    #expect(plan.arenaSize == 512 + 64)
  }

  /// Inputs keep their memory though nothing reads them later.
  @Test func inputsAreNotOverwritten() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let a = try g.add(Sum(), [x])
      g.output("y", try g.add(Mix(type: Self.type), [a]))
    }
    #expect(plan.placements[plan.graph.inputs[0]] == .input(0))
    #expect(plan.arenaSize == 512)
  }

  /// An output that is read on keeps its own memory, and who reads it last does not take that over.
  @Test func outputsArePinned() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let a = try g.add(Mix(type: Self.type), [x])
      g.output("a", a)
      let b = try g.add(Sum(), [a])
      g.output("y", try g.add(Sum(), [b]))
    }
    let (a, y) = (plan.graph.outputs[0].value, plan.graph.outputs[1].value)
    #expect(plan.placements[a] == .output(0))
    #expect(plan.placements[y] == .output(1))
    #expect(plan.outputSizes == [512, 512])
    #expect(plan.arenaSize == 512)
  }

  /// One value under two names has one memory; a view that goes out keeps the whole alive.
  @Test func sharedOutputs() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let a = try g.add(Mix(type: Self.type), [x])
      g.output("row", try g.add(Rows(start: 2, count: 1), [a]))
      g.output("a", a)
      g.output("again", a)
      g.output("same", x)
    }
    #expect(plan.outputSizes == [512, 0, 0, 0])
    #expect(plan.root(of: plan.graph.outputs[0].value).offset == 2 * 64)
  }

  /// Rows of a parameter are bytes of the checkpoint, and nobody copies them.
  @Test func rowsOfAParameterAreAnAlias() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let w = try g.parameter("w", Self.type)
      let q = try g.add(Rows(start: 0, count: 4), [w])
      let k = try g.add(Rows(start: 4, count: 4), [w])
      g.output("y", try g.add(Mix(type: Self.type), [x, q, k]))
    }
    #expect(plan.prologue.isEmpty)
    #expect(plan.prologueSize == 0)
    let k = plan.graph.nodes[plan.graph.nodes.count - 1].inputs[2]
    let w = plan.root(of: k).value
    #expect(plan.placements[k] == .alias(of: w, offset: 256))
    #expect(plan.placements[w] == .parameter("w"))
  }

  /// What depends on parameters runs once; what only the prologue reads lies in the arena meanwhile.
  @Test func prologueKeepsWhatTheStepsRead() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      let w = try g.parameter("w", Self.type)
      let scratch = try g.add(Mix(type: Self.type), [w])
      let packed = try g.add(Mix(type: Self.type), [scratch])
      g.output("y", try g.add(Mix(type: Self.type), [x, packed]))
    }
    #expect(plan.prologue.count == 2)
    #expect(plan.placements[plan.prologue[0]] == .arena(0..<512))
    #expect(plan.placements[plan.prologue[1]] == .prologue(0..<512))
    #expect(plan.prologueSize == 512)
  }

  /// A node that no output needs is neither computed nor placed.
  @Test func deadNodesAreSkipped() throws {
    let plan = try plan { g in
      let x = try g.input("x", Self.type)
      try g.add(Mix(type: Self.type), [x], name: "dead")
      g.output("y", try g.add(Mix(type: Self.type), [x]))
    }
    #expect(plan.steps.count == 1)
    #expect(plan.graph[named: "dead"].map { plan.placements[$0] } == .some(nil))
  }

  /// A plan says how much it takes.
  @Test func summary() throws {
    let plan = try plan { g in
      var x = try g.input("x", TensorType(.f32, shape: [1024, 1024]))
      let w = try g.parameter("w", TensorType(.f32, shape: [1024, 1024]))
      let packed = try g.add(Mix(type: TensorType(.f32, shape: [4])), [w])
      for _ in 0..<3 { x = try g.add(Mix(type: TensorType(.f32, shape: [1024, 1024])), [x, packed]) }
      g.output("y", try g.add(Mix(type: TensorType(.f32, shape: [4])), [x]))
    }
    #expect(plan.description == "arena 8 MiB (12 MiB without reuse), 4 steps, prologue 1 nodes")
    #expect(
      plan.chart() == """
           in use ▅██▅  peak 8 MiB
            4 MiB ██··  %mix_2
            4 MiB ·██·  %mix_3
            4 MiB ··██  %mix_4

        """)
    #expect(plan.table.contains("prologue 0..<16"))
  }

  /// An open length is named.
  @Test func openLength() throws {
    var graph = Graph(name: "g")
    let x = try graph.input("x", TensorType(.f32, ["L"]))
    graph.output("y", try graph.add(Sum(), [x]))
    #expect {
      try Plan(graph)
    } throws: {
      ($0 as? Diagnostic)?.message.text == "%x is f32[L], but a plan needs fixed lengths of whole bytes"
    }
  }
}
