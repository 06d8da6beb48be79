import Graphs
import Operators
import Passes
import Tensors
import Testing

/// What fold-constants must not try.
@Suite struct FoldConstantsTests {
  /// Each holds constants, or makes something of them, that no memory would hold.
  @Test(
    arguments: [
      """
      %wide = constant values=[1.0]               : f32[1000000000000]
      %y = sum(%wide) axes=[0] keep=false         : f32[]
      """,
      """
      %one = constant values=[1.0]                : f32[]
      %y = broadcast(%one) dims=[9000000000000000000] : f32[9000000000000000000]
      """,
      """
      %endless = iota length=9000000000000000000 element=f32 : f32[9000000000000000000]
      %y = slice(%endless) axis=0 start=8 length=1 : f32[1]
      """,
      """
      %one = constant values=[1]                  : i32[]
      %none = constant values=[0]                 : i32[]
      %y = divide(%one, %none)                    : i32[]
      """,
    ])
  func leavesAlone(lines: String) throws {
    let graph = try #require(
      try Graph.parse("graph @g(%x: f32[N]) {\n\(lines)\nreturn %y\n}", ops: .all).first)
    #expect(try Pass.foldConstants.run(graph) == graph)
  }
}
