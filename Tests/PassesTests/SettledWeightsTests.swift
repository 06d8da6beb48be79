import Graphs
import Operators
import Passes
import Tensors
import Testing

/// Weights that a graph reads turned or reshaped only.
@Suite struct SettledWeightsTests {
  @Test func movesBecomePartOfReading() throws {
    let settled = try SettledWeights(
      Self.graph(
        """
        %w = parameter path="w" frozen=true   : f32[2, 3]
        %t = transpose(%w) permutation=[1, 0] : f32[3, 2]
        %r = reshape(%t) dims=[3, 2, 1]       : f32[3, 2, 1]
        %y = multiply(%x, %r)                 : f32[3, 2, 1]
        return %y
        """))
    let (_, parameter) = try #require(settled.graph.parameters.first)
    #expect(parameter.type == TensorType(.f32, shape: [3, 2, 1]))
    #expect(settled.graph.nodes.count == 3)
    let tensor = try settled.tensor("w") { (_) throws(Diagnostic) in
      try Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3])
    }
    #expect(tensor.type == parameter.type)
    #expect(try tensor.floats() == [1, 4, 2, 5, 3, 6])
  }

  @Test func whatIsReadInTwoWaysStays() throws {
    let graph = try Self.graph(
      """
      %w = parameter path="w" frozen=true   : f32[2, 3]
      %t = transpose(%w) permutation=[1, 0] : f32[3, 2]
      %y = matmul(%t, %w)                   : f32[3, 3]
      return %y
      """)
    #expect(try SettledWeights(graph).graph == graph)
  }

  private static func graph(_ lines: String) throws -> Graph {
    try #require(try Graph.parse("graph @g(%x: f32[3, 2, 1]) {\n\(lines)\n}", ops: .all).first)
  }
}
