import CaseFiles
import Graphs
@testable import Kernels
import Operators
import Plans
import Tensors
import Testing

/// What a graph becomes before kernels compute it.
@Suite struct LoweringTests {
  private func lowered(
    for kernels: KernelTable = .standard, stored: DType = .f32, _ build: (inout Graph) throws -> Void
  ) throws -> Graph {
    var graph = Graph(name: "g")
    try build(&graph)
    let lowered = try graph.lowered(for: kernels) { _ throws(Diagnostic) in stored }
    #expect(lowered.problems() == [])
    return lowered
  }

  /// Queries and keys of all layers turn by one table, computed once a load.
  @Test func tablesAreShared() throws {
    let graph = try lowered { g in
      var x = try g.input("x", TensorType(.f32, shape: [1, 5, 16]))
      for _ in 0..<3 {
        let q = try g.add(RoPE(heads: 2, dims: 4), [x])
        let k = try g.add(RoPE(heads: 2, dims: 4), [g.square(x)])
        x = try g.add(Attention(heads: 2, scale: 1), [q, k, x])
      }
      g.output("y", x)
    }
    #expect(graph.nodes.filter { $0.op is Cos }.count == 1)
    #expect(graph.nodes.filter { $0.op is Sin }.count == 1)
    let plan = try Plan(graph)
    #expect(plan.steps.map { graph[$0].op.name }.prefix(4) == ["turn", "square", "turn", "attention"])
  }

  /// Weights are packed once a load, and a snake in front of a convolution is no step of its own.
  @Test func convolutionsTakeSnakesIn() throws {
    let graph = try lowered { g in
      let x = try g.input("x", TensorType(.f32, shape: [1, 4, 9]))
      let channels = TensorType(.f32, shape: [4])
      let snake = try g.add(Snake(), [x, g.parameter("alpha", channels), g.parameter("beta", channels)])
      let w = try g.parameter("w", TensorType(.f32, shape: [3, 4, 3]))
      let conv = Conv(strides: [1], dilations: [1], before: [1], after: [1])
      g.output("y", try g.add(conv, [snake, w]))
    }
    let plan = try Plan(graph)
    #expect(plan.steps.map { graph[$0].op.name } == ["packed_conv"])
    #expect(plan.prologue.contains { graph[$0].op.name == "pack_conv" })
  }

  /// Operands that are rounded to bf16 are rounded by the convolution, behind its snake.
  @Test func convolutionsRound() throws {
    let graph = try lowered { g in
      func rounded(_ x: Value) throws -> Value { try g.cast(g.cast(x, to: .bf16), to: .f32) }
      let x = try g.input("x", TensorType(.f32, shape: [1, 4, 9]))
      let channels = TensorType(.f32, shape: [4])
      let snake = try g.add(Snake(), [x, g.parameter("alpha", channels), g.parameter("beta", channels)])
      let w = try g.parameter("w", TensorType(.f32, shape: [3, 4, 3]))
      let conv = Conv(strides: [1], dilations: [1], before: [1], after: [1])
      g.output("y", try g.add(conv, [rounded(snake), rounded(w)]))
    }
    let steps = try Plan(graph).steps.map { graph[$0].op }
    #expect(steps.map(\.name) == ["packed_conv"])
    #expect((steps[0] as? PackedConv)?.window.isNarrow == true)
  }

  /// What the checkpoint holds in fewer bits is widened once a load.
  @Test func storedElements() throws {
    let graph = try lowered(stored: .bf16) { g in
      let x = try g.input("x", TensorType(.f32, shape: [2]))
      g.output("y", try g.add(x, g.parameter("w", TensorType(.f32, shape: [2]))))
    }
    #expect(graph.parameters.map(\.parameter.type.element) == [.bf16])
    #expect(graph[named: "w.f32"].map { graph[$0].op is Cast } == true)
  }

  /// What the checkpoint holds as bf16 already is read where it lies; from f32 it is rounded once a load.
  @Test(arguments: [DType.bf16, .f32]) func narrowWeights(stored: DType) throws {
    let graph = try lowered(stored: stored) { g in
      let x = try g.input("x", TensorType(.f32, shape: [1, 2, 3]))
      let w = try g.cast(g.parameter("w", TensorType(.f32, shape: [4, 3])), to: .bf16)
      g.output("y", try g.add(NarrowLinear(element: .bf16), [x, w]))
    }
    let plan = try Plan(graph)
    #expect(plan.steps.map { graph[$0].op.name } == ["narrow_linear"])
    #expect(plan.prologue.map { graph[$0].op.name } == (stored == .bf16 ? [] : ["cast"]))
  }

  /// A block of linear layers, its weights packed once a load where the machine gains by it, and what alone reads
  /// a product taken into it.
  @Test(arguments: [false, true]) func linearLayersTakeWhatReadsThemIn(isNarrow: Bool) throws {
    func block(_ g: inout Graph) throws {
      let x = try g.input("x", TensorType(.f32, shape: [1, 6, 8]))
      func linear(_ x: Value, _ name: Name, _ outputs: Int) throws -> Value {
        let inputs = try #require(g[x].type.shape?.last)
        let w = try g.parameter(name, TensorType(.f32, shape: [outputs, inputs]))
        return isNarrow
          ? try g.add(NarrowLinear(element: .bf16), [x, g.cast(w, to: .bf16)]) : try g.add(Linear(), [x, w])
      }
      let h = try g.add(GELU(), [linear(x, "up", 12)])
      let y = try g.add(x, linear(h, "down", 8))
      let gate = try g.add(GLU(activation: .silu), [linear(y, "gate", 20)])
      let twice = try linear(gate, "twice", 8)
      g.output("z", try g.multiply(twice, g.square(twice)))
    }
    let graph = try lowered(block)
    let steps = try Plan(graph).steps.map { graph[$0].op.name }
    let packs = PackedShape(inputs: 8, outputs: 8, isNarrow: isNarrow).count > 0
    let plain = isNarrow ? "narrow_linear" : "linear"
    #expect(
      steps
        == (packs
          ? ["packed_linear", "packed_linear_sum", "packed_linear", "packed_linear", "square", "multiply"]
          : [plain, "gelu", plain, "add", plain, "glu", plain, "square", "multiply"]))
    let inPlace = try lowered(for: .standard.withoutPackedLinears, block)
    #expect(try Plan(inPlace).steps.filter { inPlace[$0].op.name == plain }.count == 4)
    #expect(try work(graph) == work(inPlace))
  }

  /// The floating-point operations of all steps.
  private func work(_ graph: Graph) throws -> Double {
    try Plan(graph).steps.reduce(0) { sum, step in
      let node = graph[step]
      return sum + node.op.cost(node.inputs.map { graph[$0].type }, node.type).flops
    }
  }

  /// Weights that are read both ways are not packed: one copy serves both.
  @Test func weightsOfGradientsStay() throws {
    let graph = try lowered { g in
      let x = try g.input("x", TensorType(.f32, shape: [1, 6, 8]))
      let w = try g.parameter("w", TensorType(.f32, shape: [8, 8]))
      g.output("y", try g.matmul(g.add(Linear(), [x, w]), w))
    }
    #expect(graph.nodes.allSatisfy { !$0.op.name.contains("pack") })
  }

  /// What an op becomes counts as much work as the op, so that no kernel's work is forgotten; tables that are
  /// shared count once.
  @Test(arguments: try CaseFile.all(in: "../OperatorsTests/Cases").map(\.name))
  func workStays(name: String) throws {
    let files = try CaseFile.all(in: "../OperatorsTests/Cases")
    for item in try #require(files.first { $0.name == name }).cases(ops: .all) where item.error == nil {
      let graph = try item.graph()
      let bound = try graph.binding(graph.lengths(of: item.inputs.mapValues(\.type)))
      let lowered = try bound.lowered(for: .standard) { _ throws(Diagnostic) in .f32 }
      #expect(lowered.flops >= 0.75 * bound.flops, "\(item.site)")
    }
  }

  /// Lengths that no machine can hold are refused before a kernel counts with them, also beside a zero.
  @Test(arguments: [[1 << 40, 1 << 30], [0, 1 << 61]]) func monsters(shape: [Int]) throws {
    var graph = Graph(name: "g")
    let x = try graph.input("x", TensorType(.f32, shape: [shape[0], 1]))
    graph.output("y", try graph.broadcast(x, shape.map(Dim.fixed)))
    #expect {
      try graph.lowered(for: .standard) { _ throws(Diagnostic) in .f32 }
    } throws: { error in
      (error as? Diagnostic)?.message.text
        == "broadcast gives f32[\(shape[0]), \(shape[1])], which does not fit in an address space"
    }
  }

  /// Without kernels every composite comes apart, and the last node of it keeps the name.
  @Test func expansion() throws {
    let graph = try lowered(for: .reference) { g in
      let x = try g.input("x", TensorType(.f32, shape: [2, 4]))
      g.output("y", try g.add(SiLU(), [x]))
    }
    #expect(!graph.nodes.contains { $0.op is any CompositeOp })
    #expect(graph[named: "y"] == graph.outputs[0].value)
  }
}

extension Graph {
  /// Those of all nodes.
  fileprivate var flops: Double {
    nodes.reduce(0) { sum, node in sum + node.op.cost(node.inputs.map { self[$0].type }, node.type).flops }
  }
}
