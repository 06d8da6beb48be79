import Graphs
import Operators
import Tensors
import Testing

/// Errors in graph text name the line and the column.
@Suite struct TextSiteTests {
  @Test(arguments: [
    ("raph", "f:1:1"),
    ("graph @g(%x: f32[N]) {\n", "f:2:1"),
    ("# one\n\ngraph @g(%x: f32[N]) {\n  %y = exp(%x) : f32[N]\n\n   %z = foo(%y) : f32[N]\n", "f:6:8"),
    ("graph @g(%x: f32[N]) {\n  %y = exp(%z) : f32[N]\n  return %y\n}", "f:2:12"),
  ])
  func isNamed(text: String, site: String) {
    let error = #expect(throws: Diagnostic.self) { try Graph.parse(text, file: "f", ops: .all) }
    #expect(error?.site == site)
  }
}
