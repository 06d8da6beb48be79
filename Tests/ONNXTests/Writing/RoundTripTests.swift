import CaseFiles
import Checkpoints
import Foundation
import Graphs
import ONNX
import Operators
import TemporaryFolders
import Tensors
import Testing

/// A graph, written and read again, gives the same numbers.
@Suite struct RoundTripTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../OperatorsTests/Cases/x").standardizedFileURL.path

  /// Cases whose ops the standard leaves room for, or has no operator for.
  private static let left = ["bit_cast", "cast"]
  /// Cases with nodes that the importer leaves visible: operators it does not read.
  private static let gaps: Set<String> = ["cumulative_product", "if", "loop", "scan"]

  /// The results, or `nil` iff the importer leaves a node as it is.
  private func again(
    _ graph: Graph, opset: Int, _ inputs: [Name: Tensor],
    _ parameter: (Name) throws(Diagnostic) -> Tensor
  ) throws -> [Name: Tensor]? {
    let folder = try TemporaryFolder()
    try ModelProto(exporting: graph, opset: opset) { (path) throws(Diagnostic) in
      TensorDraft(path, try parameter(path))
    }.write(to: folder("m.onnx"), externalAbove: 512)
    let imported = try ImportedModel(try ModelProto.read(path: folder("m.onnx")), name: graph.name)
    let paths = Set(graph.parameters.map(\.parameter.path))
    #expect(paths.isSubset(of: imported.parameters.keys))
    #expect(imported.graph.inputs.map { imported.graph[$0].type } == graph.inputs.map { graph[$0].type })
    guard !imported.graph.nodes.contains(where: { $0.op is any GapOp }) else { return nil }
    return try imported.graph.evaluate(inputs) { path throws(Diagnostic) in try imported.parameter(path) }
  }

  @Test(arguments: try CaseFile.all(in: ".", beside: folder).map(\.name).filter { !left.contains($0) })
  func cases(name: String) throws {
    let file = try #require(try CaseFile.all(in: ".", beside: Self.folder).first { $0.name == name })
    for given in try file.cases(ops: .all) {
      guard given.error == nil else { continue }
      let graph = try given.graph()
      guard graph.inputs.allSatisfy({ graph[$0].type.element.bits % 8 == 0 }) else { continue }
      let expected = try given.run(graph)
      for opset in [18, 24] {
        let found = try again(graph, opset: opset, given.inputs) { path throws(Diagnostic) in
          throw Diagnostic("no parameter \(path)")
        }
        guard let found else {
          let isGap = Self.gaps.contains(name)
          #expect(isGap, "the importer leaves a node of it as it is")
          continue
        }
        for (output, tensor) in expected {
          let isClose = try found[output]?.isClose(to: tensor) == true
          let text = try found[output]?.directive() ?? "nothing"
          #expect(isClose, "opset \(opset), \(output): \(text)")
        }
      }
    }
  }

  @Test("a bridged backbone keeps its parameters' paths, its scopes and its numbers", arguments: [18, 23])
  func bridged(opset: Int) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../graphs/dit-bridged.graph")
    let text = try String(contentsOf: url, encoding: .utf8)
    let graph = try #require(Graph.parse(text, file: "dit-bridged.graph", ops: .all).first)
    let types = Dictionary(graph.parameters.map { ($0.parameter.path, $0.parameter.type) }) { a, _ in a }
    let parameter = { (path: Name) throws(Diagnostic) -> Tensor in
      guard let type = types[path] else { throw Diagnostic("no parameter \(path)") }
      return try Tensor(wave: Double(path.text.utf8.count) + 0.5, type)
    }
    var inputs: [Name: Tensor] = [:]
    for (index, value) in graph.inputs.enumerated() {
      let type = graph[value].type.binding(["B": 1, "L": 4, "S": 3, "F": 2])
      inputs[graph[value].name] = try Tensor(wave: Double(index), #require(type))
    }
    let expected = try #require(graph.evaluate(inputs, parameter: parameter)["sample"]).reals()
    let results = try #require(try again(graph, opset: opset, inputs, parameter))
    let found = try #require(results["sample"]).reals()
    let largest = expected.map(\.magnitude).max() ?? 0
    let error = zip(found, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
    #expect(largest > 0.01 && error / largest < 2e-6, "\(error) of \(largest)")
  }
}

extension Tensor {
  /// `0.7·sin(start + 0.9·i)` at place i.
  fileprivate init(wave start: Double, _ type: TensorType) throws(Diagnostic) {
    try self.init(reals: (0..<(type.count ?? 0)).map { 0.7 * sin(start + 0.9 * Double($0)) }, as: type)
  }
}
