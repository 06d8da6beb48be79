import Graphs
import Operators
import Tensors
import Testing

/// The fused attentions take in what stands in front of an attention, and only what fits.
@Suite struct FusionTests {
  private let attention = Attention(heads: 4, kvHeads: 2, scale: 0.5)
  private let queries = RoPE(heads: 4, dims: 4, base: 100, style: .interleaved, start: 1, step: 2)
  private let keys = RoPE(heads: 2, dims: 4, base: 100, style: .interleaved, start: 0.5, step: 2.69)

  @Test func rotaryAttentionKeepsItsParts() throws {
    let fused = try #require(RotaryAttention(attention, queries: queries, keys: keys))
    #expect(fused.attention == attention)
    #expect(fused.queryRotation == queries)
    #expect(fused.keyRotation == keys)
  }

  @Test func rotaryAttentionRefusesUnlikeRotations() {
    let changes: [(inout RoPE) -> Void] = [
      { $0.heads = 4 }, { $0.dims = 2 }, { $0.base = 10 }, { $0.style = .half },
    ]
    for change in changes {
      var other = keys
      change(&other)
      #expect(RotaryAttention(attention, queries: queries, keys: other) == nil)
    }
    #expect(RotaryAttention(attention, queries: keys, keys: keys) == nil)
  }

  @Test func axialRotaryAttentionKeepsItsParts() throws {
    let rotation = AxialRoPE(heads: 4, grid: ["T", 2, 3], tiled: false, span: 15)
    let fused = try #require(AxialRotaryAttention(Attention(heads: 4, scale: 0.5), rotation: rotation))
    #expect(fused.attention == Attention(heads: 4, scale: 0.5))
    #expect(fused.rotation == rotation)
    #expect(AxialRotaryAttention(attention, rotation: rotation) == nil)
  }

  @Test func fusedAndUnfusedGiveTheSameBits() throws {
    let fused = try #require(RotaryAttention(attention, queries: queries, keys: keys))
    let types: [TensorType] = [.f32("B", "N", 24), .f32("B", "M", 12), .f32("B", "M", 6)]
    let results = try [true, false].map { isFused in
      var graph = Graph(name: "attention")
      let inputs = try zip(["q", "k", "v"] as [Name], types).map { try graph.input($0, $1) }
      let turned =
        isFused
        ? inputs
        : [try graph.add(queries, [inputs[0]]), try graph.add(keys, [inputs[1]]), inputs[2]]
      graph.output("y", try graph.add(isFused ? fused : attention, turned))
      let shapes: [Name: [Int]] = ["q": [2, 3, 24], "k": [2, 5, 12], "v": [2, 5, 6]]
      let values = try shapes.mapValues { shape in
        let count = try #require(TensorType.count(shape))
        return try Tensor(floats: (0..<count).map { Float($0 % 17) / 7 - 1 }, shape: shape)
      }
      let outputs = try graph.evaluate(values) { path throws(Diagnostic) in
        throw Diagnostic("no \(path) here")
      }
      return try #require(outputs["y"]).floats()
    }
    #expect(results[0] == results[1])
  }
}
