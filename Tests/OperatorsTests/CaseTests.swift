import CaseFiles
import Graphs
import Operators
import Testing

/// Each op's case file: text, types, reference results, gradients.
@Suite struct CaseTests {
  @Test(arguments: try CaseFile.all(in: "Cases").map(\.name))
  func holds(name: String) throws {
    let file = try #require(try CaseFile.all(in: "Cases").first { $0.name == name })
    let problems = try file.problems(ops: .all)
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }
}
