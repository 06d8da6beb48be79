import Checkpoints
import Families
import Graphs
import Operators
import Tensors
import Testing

/// Where the tensors of one layout go in another is read off the graphs.
struct RelayoutTests {
  private func graph(_ text: String) throws -> Graph {
    try #require(try Graph.parse(text, file: "text", ops: .all).first)
  }

  private let fused = """
    graph @g(%x: f32[1, 2]) {
      %w = parameter path="kv" frozen=true : f32[4, 2]
      %k = slice(%w) axis=0 start=0 length=2 : f32[2, 2]
      %v = slice(%w) axis=0 start=2 length=2 : f32[2, 2]
      %a = linear(%x, %k) : f32[1, 2]
      %y = linear(%a, %v) : f32[1, 2]
      return %y
    }

    """
  private let apart = """
    graph @g(%x: f32[1, 2]) {
      %v = parameter path="v" frozen=true : f32[2, 2, 1]
      %m = reshape(%v) dims=[2, 2] : f32[2, 2]
      %k = parameter path="k" frozen=true : f32[2, 2]
      %a = linear(%x, %k) : f32[1, 2]
      %y = linear(%a, %m) : f32[1, 2]
      return %y
    }

    """

  @Test func rowsAreCutAndJoined() throws {
    let (fused, apart) = (try graph(fused), try graph(apart))
    let whole = try Tensor(floats: [1, 2, 3, 4, 5, 6, 7, 8], shape: [4, 2])
    let stored = try Checkpoint([Checkpoint.Entry("kv", whole)], path: "test")
    let cut = try Relayout(from: fused, to: apart).drafts(of: Weights(fused, in: stored), prefix: "m.")
    #expect(cut.map(\.name) == ["m.v", "m.k"])
    #expect(cut.map(\.type) == [TensorType(.f32, shape: [2, 2, 1]), TensorType(.f32, shape: [2, 2])])
    let parts = try cut.map { draft in
      Checkpoint.Entry(Name(String(draft.name.text.dropFirst(2))), try tensor(draft))
    }
    #expect(try parts[0].tensor.reals() == [5, 6, 7, 8] && parts[1].tensor.reals() == [1, 2, 3, 4])
    let other = try Weights(apart, in: Checkpoint(parts, path: "test"))
    let joined = try Relayout(from: apart, to: fused).drafts(of: other)
    #expect(joined.map(\.name) == ["kv"])
    #expect(try tensor(joined[0]).reals() == whole.reals())
  }

  @Test func anotherModelIsRefused() throws {
    let (fused, apart) = (try graph(fused), try graph(apart))
    let swapped = try graph(self.apart.replacing("linear(%a, %m)", with: "linear(%x, %m)"))
    let trouble = try #require(throws: Diagnostic.self) { try Relayout(from: fused, to: swapped) }
    #expect(trouble.message.text.contains("would compute something else in the other layout"))
    let half = try graph(self.fused.replacing("start=2", with: "start=0"))
    let gap = try #require(throws: Diagnostic.self) { try Relayout(from: apart, to: half) }
    #expect(gap.message.text.contains("nothing says what goes into \"kv\" from element 4 on"))
  }

  @Test func partsOfDifferentTypesAreNotJoined() throws {
    let (fused, apart) = (try graph(fused), try graph(apart))
    let parts = [
      Checkpoint.Entry("v", try Tensor(floats: [1, 2, 3, 4], shape: [2, 2, 1])),
      Checkpoint.Entry("k", try Tensor(reals: [1, 2, 3, 4], as: TensorType(.f16, shape: [2, 2]))),
    ]
    let weights = try Weights(apart, in: Checkpoint(parts, path: "test"))
    let trouble = try #require(throws: Diagnostic.self) {
      try Relayout(from: apart, to: fused).drafts(of: weights)
    }
    #expect(trouble.message.text.contains("made of parts of f16 and f32"))
  }

  /// What the draft is written as.
  private func tensor(_ draft: TensorDraft) throws -> Tensor {
    var bytes: [UInt8] = []
    _ = try draft.stream { bytes += $0 }
    return try Tensor(draft.type, bytes: bytes)
  }
}
