import CaseFiles
import Graphs
import Kernels
import Operators
import Plans
import Runtime
import Tensors
import Testing

/// Every case of every op, on the kernels: the same results as the reference evaluation, to round-off.
@Suite struct KernelCaseTests {
  private static func cases(_ name: String) throws -> [GraphCase] {
    let files = try CaseFile.all(in: "../OperatorsTests/Cases")
    return try #require(files.first { $0.name == name }).cases(ops: .all)
  }

  @Test(arguments: try CaseFile.all(in: "../OperatorsTests/Cases").map(\.name))
  func asGiven(name: String) throws {
    for item in try Self.cases(name) {
      try compare(item) { graph in graph }
    }
  }

  /// The same with the inputs copied first, so that ops which may overwrite an operand do.
  @Test(arguments: try CaseFile.all(in: "../OperatorsTests/Cases").map(\.name))
  func inPlace(name: String) throws {
    for item in try Self.cases(name) where item.error == nil {
      try compare(item) { graph in try graph.copyingInputs() }
    }
  }

  private func compare(_ item: GraphCase, _ change: (Graph) throws -> Graph) throws {
    guard let graph = try? item.graph() else { return }
    do {
      let changed = try change(graph)
      // Its kernel rounds the softmax, too.
      let tolerance = graph.nodes.contains { $0.op is NarrowAttention } ? 1e-2 : 2e-6
      var session = try Session(changed, parameters: Self.none)
      let results = try session.run(item.inputs)
      #expect(session.plan?.problems() == [])
      #expect(item.error == nil, "\(item.site) runs, but was to be refused")
      for (name, expected) in try item.run(graph) {
        let result = try #require(results[name])
        let texts = (try result.directive(), try expected.directive())
        #expect(
          try result.isNear(expected, tolerance: tolerance),
          "\(item.site): \(name) is\n\(texts.0), expected\n\(texts.1)")
      }
    } catch let error as Diagnostic {
      let isWanted = item.error.map { error.description.contains($0) } ?? false
      #expect(isWanted, "\(item.site): \(error)")
    }
  }

  private static func none(_ path: Name) throws(Diagnostic) -> Tensor {
    throw Diagnostic("an op's case has no parameters, but \(path) is read")
  }
}

extension Graph {
  /// The graph with each input read through a copy, which lies in the arena.
  fileprivate func copyingInputs() throws -> Graph {
    var rebuild = try Rebuild(self)
    for input in inputs {
      let yes = try rebuild.graph.add(Constant(1, .bool), [])
      let old = try rebuild.new(input)
      rebuild.set(input, to: try rebuild.graph.add(Where(), [yes, old, old]))
    }
    try rebuild.walk { _, _ in false }
    return try rebuild.finished()
  }
}
