import Foundation
import Graphs
import Operators
import Tensors
import Testing

@Suite struct GraphDiffTests {
  private static let graphs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("graphs")

  private func graph(_ text: String) throws -> Graph {
    try #require(Graph.parse(text, ops: .all).first)
  }

  private func golden(_ name: String) throws -> Graph {
    try graph(String(contentsOf: Self.graphs.appendingPathComponent("\(name).graph"), encoding: .utf8))
  }

  private func diff(_ a: Graph, _ b: Graph) throws -> GraphDiff {
    try GraphDiff(a, b, commutative: Commutative.names)
  }

  private func diff(_ a: String, _ b: String) throws -> GraphDiff { try diff(graph(a), graph(b)) }

  /// The changes in words: `added y`, `changed h/g eps 1.0 -> 2.0`.
  private func words(_ diff: GraphDiff) -> [String] {
    diff.changes.map { change in
      let names = [change.a.map { diff.a[$0].name.text }, change.b.map { diff.b[$0].name.text }]
      let both = names.compactMap { $0 }
      let name = Set(both).count == 1 ? both[0] : both.joined(separator: "/")
      return ([change.kind.rawValue, name] + change.details).joined(separator: " ")
    }
  }

  private static let model = """
    graph @m(%x: f32[B, 4], %c: f32[4]) {
      %w1 = parameter path="one.weight" frozen=true : f32[8, 4]
      %w2 = parameter path="two.weight" frozen=true : f32[4, 8]
      %up = linear(%x, %w1)                         : f32[B, 8]
      %act = silu(%up)                              : f32[B, 8]
      %down = linear(%act, %w2)                     : f32[B, 4]
      %sum = add(%down, %x)                         : f32[B, 4]
      %y = multiply(%sum, %c)                       : f32[B, 4]
      return %y
    }
    """

  @Test(arguments: ["dit", "dit-bridged", "dit-guided", "t5", "vae-decoder", "vjepa2", "conditioners"])
  func aGraphEqualsItself(_ name: String) throws {
    let found = try diff(golden(name), golden(name))
    #expect(found.isEqual && found.notes.isEmpty, "\(words(found))")
    #expect(found.pairs.allSatisfy { $0.a == $0.b })
  }

  @Test func layoutsAreEqual() throws {
    for (a, b) in [("dit", "dit-diffusers"), ("dit-diffusers", "dit")] {
      let found = try diff(golden(a), golden(b))
      #expect(found.isEqual, "\(words(found).prefix(5))")
      #expect(found.weights.count == Set(found.weights.map(\.b)).count)
      let pair = found.weights.first {
        ($0.a.path.text + $0.b.path.text).contains("layers.0.self_attn.to_qkv")
      }
      #expect(pair != nil)
    }
  }

  @Test func namesOrderAndSidesMakeNoDifference() throws {
    let other = """
      graph @other(%scale: f32[4], %x: f32[batch, 4]) {
        %b = parameter path="model.two" frozen=false : f32[4, 8]
        %a = parameter path="model.one" frozen=true  : f32[8, 4]
        %h0 = linear(%x, %a)                         : f32[batch, 8]
        %h1 = silu(%h0)                              : f32[batch, 8]
        %h2 = linear(%h1, %b)                        : f32[batch, 4]
        %h3 = add(%x, %h2)                           : f32[batch, 4]
        %out = multiply(%scale, %h3)                 : f32[batch, 4]
        return %out
      }
      """
    let found = try diff(Self.model, other)
    #expect(found.isEqual, "\(words(found))")
    #expect(found.lengths == ["B of A is batch of B"])
    #expect(found.weights.map(\.a.path) == ["one.weight", "two.weight"])
    #expect(found.weights.map(\.b.path) == ["model.one", "model.two"])
    #expect(found.notes.contains { $0.hasPrefix("2 nodes read their operands the other way round") })
  }

  @Test func aLengthMayBeFixedInOne() throws {
    let found = try diff(Self.model, Self.model.replacingOccurrences(of: "[B,", with: "[3,"))
    #expect(found.isEqual && found.lengths == ["B of A is 3"], "\(words(found))")
  }

  @Test func changedAttributes() throws {
    let text = """
      graph @g(%x: f32[4, 4]) {
        %a = softmax(%x) axis=0 : f32[4, 4]
        %b = exp(%a)            : f32[4, 4]
        %y = softmax(%b) axis=1 : f32[4, 4]
        return %y
      }
      """
    let found = try diff(text, text.replacingOccurrences(of: "axis=0", with: "axis=1"))
    #expect(words(found) == ["changed a axis 0 -> 1"])
    #expect(found.pairs.count == 4)
  }

  /// ONNX keeps `1e-06` in single precision.
  @Test func numbersAreComparedInSinglePrecision() throws {
    let text = """
      graph @g(%x: f32[4], %w: f32[4]) {
        %c = constant values=[0.1]           : f32[]
        %n = rms_norm(%x, %w) eps=1e-06      : f32[4]
        %y = multiply(%n, %c)                : f32[4]
        return %y
      }
      """
    let single = text.replacingOccurrences(of: "eps=1e-06", with: "eps=\(Double(Float(1e-6)))")
      .replacingOccurrences(of: "[0.1]", with: "[\(Double(Float(0.1)))]")
    #expect(try diff(text, single).isEqual)
    #expect(try !diff(text, text.replacingOccurrences(of: "1e-06", with: "1.0000002e-06")).isEqual)
    let whole =
      "graph @g(%x: i64[]) {\n %c = constant values=[16777216.0] : i64[]\n %y = add(%x, %c) : i64[]\nreturn %y }"
    #expect(try !diff(whole, whole.replacingOccurrences(of: "216.0", with: "217.0")).isEqual)
  }

  @Test func addedAndRemovedNodes() throws {
    let more = Self.model.replacingOccurrences(of: "add(%down, %x) ", with: "add(%extra, %x)")
      .replacingOccurrences(of: "  %sum", with: "  %extra = exp(%down) : f32[B, 4]\n  %sum")
    #expect(try words(diff(Self.model, more)) == ["added extra", "rewired sum reads %down -> %extra"])
    #expect(try words(diff(more, Self.model)) == ["removed extra", "rewired sum reads %extra -> %down"])
  }

  @Test func anotherOpInThePlace() throws {
    let other = Self.model.replacingOccurrences(of: "silu", with: "relu")
    #expect(try words(diff(Self.model, other)) == ["changed act silu -> relu"])
  }

  @Test func otherWeights() throws {
    let text = """
      graph @g(%x: f32[4, 4]) {
        %w1 = parameter path="q" frozen=true : f32[4, 4]
        %w2 = parameter path="k" frozen=true : f32[4, 4]
        %q = linear(%x, %w1)                 : f32[4, 4]
        %k = linear(%x, %w2)                 : f32[4, 4]
        %y = subtract(%q, %k)                : f32[4, 4]
        return %y
      }
      """
    let swapped = text.replacingOccurrences(of: "%x, %w1", with: "%x, %w")
      .replacingOccurrences(of: "%x, %w2", with: "%x, %w1").replacingOccurrences(
        of: "%x, %w)", with: "%x, %w2)")
    #expect(try !diff(text, swapped).isEqual)
    let renamed = text.replacingOccurrences(of: "\"q\"", with: "\"query\"")
      .replacingOccurrences(of: "\"k\"", with: "\"key\"")
    #expect(try diff(text, renamed).weights.map { "\($0.a.path) \($0.b.path)" } == ["k key", "q query"])
    let one = text.replacingOccurrences(of: "%x, %w2", with: "%x, %w1")
    #expect(try words(diff(text, one)) == ["rewired k reads k -> q"])
    // Where values say that the paths were exchanged, they were.
    let (q, k) = (
      WeightLeaf(path: "q", offset: 0, type: .f32(4, 4)), WeightLeaf(path: "k", offset: 0, type: .f32(4, 4))
    )
    #expect(try GraphDiff(graph(text), graph(swapped), pairing: [q: k, k: q]).isEqual)
  }

  @Test func otherResults() throws {
    let text = "graph @g(%x: f32[4]) {\n  %a = exp(%x) : f32[4]\n  %b = log(%a) : f32[4]\n"
    #expect(try diff(text + "return %a, %b }", text + "return %b, %a }").isEqual)
    #expect(
      try words(diff(text + "return %b }", text + "return \"b\"=%a }")) == [
        "output b/a result b: %b -> %a"
      ])
    #expect(
      try words(diff(text + "return %b, %a }", text + "return %b }")) == ["output a result a is missing in B"]
    )
  }

  /// The bridge is told apart from the backbone, block by block, and nothing else.
  @Test func theBridgeIsWhatIsAdded() throws {
    let (plain, bridged) = (try golden("dit"), try golden("dit-bridged"))
    let found = try diff(plain, bridged)
    let kinds = Set(found.changes.map(\.kind))
    #expect(kinds.isSubset(of: [.added, .rewired]), "\(words(found).prefix(20))")
    let added = found.changes.filter { $0.kind == .added }
    let isVideo = { (change: GraphDiff.Change) in
      change.b.map { found.b[$0].name.text.contains("video") } == true
    }
    #expect(!added.isEmpty && added.allSatisfy(isVideo), "\(words(found))")
    // The norm behind each of the two new sums, and the sum behind it.
    #expect(found.changes.count { $0.kind == .rewired } == 4, "\(words(found))")
    let back = try diff(bridged, plain)
    #expect(back.changes.count { $0.kind == .removed } == added.count)
    #expect(found.pairs.count == plain.nodes.count { !($0.op is Parameter) } - found.weightViews)
  }
}

extension GraphDiff {
  /// Nodes of the first graph that cut or reshape a weight.
  fileprivate var weightViews: Int {
    a.nodes.count { node in
      !node.inputs.isEmpty && node.type.shape != nil
        && node.op.view(node.inputs.map { a[$0].type }, node.type) != nil
        && a[node.inputs[0]].op is Parameter
    }
  }
}
