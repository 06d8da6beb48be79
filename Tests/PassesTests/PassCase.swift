import CaseFiles
import Foundation
import Glibc
import Graphs
import Operators
import Passes
import Tensors

/// A file of graphs and what a pass makes of them:
///
///     # pass: NAME
///     graph @before(…) { … }
///     # gives
///     graph @after(…) { … }
///
/// `# within: ELEMENT` allows the results round-off as of that type.
struct PassCase {
  let url: URL
  let pass: Pass
  /// Whose round-off the results may differ by, or `nil` for their own.
  private let within: DType?
  /// The text before and, where the file holds it yet, after.
  let pairs: [(before: String, after: String)]

  /// Throws iff the file names no pass, or none of that name is known.
  init(_ file: CaseFile) throws {
    url = file.url
    let name = file.header.first { $0.word == "pass" }?.text ?? "none"
    guard let pass = (Pass.all + Pass.configured).first(where: { $0.name == name }) else {
      throw Diagnostic("\(file.name).graph is for the pass \(name), which is none")
    }
    self.pass = pass
    within = file.header.first { $0.word == "within" }.flatMap { DType(rawValue: $0.text) }
    let graphs = file.sections.map(\.graph)
    let isGolden = graphs.map { $0.contains("\n# gives\n") }
    var pairs: [(before: String, after: String)] = []
    for (index, graph) in graphs.enumerated() where index == 0 || !isGolden[index - 1] {
      let before = graph.replacingOccurrences(of: "\n# gives\n", with: "\n")
      pairs.append((before, isGolden[index] && index + 1 < graphs.count ? graphs[index + 1] : ""))
    }
    self.pairs = pairs
  }

  /// Writes the file anew with what the pass gives now.
  func bless() throws {
    var text = "# pass: \(pass.name)\n"
    if let within { text += "# within: \(within)\n" }
    for pair in pairs {
      let before = try graph(pair.before)
      text += "\n\(before)# gives\n\(try pass.run(before))"
    }
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  /// Everything that does not hold, in words.
  func problems() throws -> [String] {
    pairs.isEmpty ? ["no graph"] : try pairs.flatMap { try problems($0.before, $0.after) }
  }

  private func problems(_ before: String, _ after: String) throws -> [String] {
    let old = try graph(before)
    let new = try pass.run(old)
    let site = "@\(old.name)"
    var problems: [String] = []
    if new.description != after { problems.append("\(site): it gives\n\(new)and not\n\(after)") }
    if old.description != before { problems.append("\(site): it prints\n\(old)") }
    problems += (old.problems() + new.problems()).map { "\(site): \($0)" }
    if try Graph.parse(new.description, ops: .all) != [new] {
      problems.append("\(site): the result reads otherwise")
    }
    if try pass.run(new) != new { problems.append("\(site): once more gives\n\(try pass.run(new))") }
    if new.inputs.map({ new[$0] }) == old.inputs.map({ old[$0] }) {
      problems += try unequalOutputs(old, new).map { "\(site): \($0)" }
    }
    return problems
  }

  private func graph(_ text: String) throws -> Graph {
    let graphs = try Graph.parse(text, file: url.lastPathComponent, ops: .all)
    guard graphs.count == 1 else { throw Diagnostic("\(graphs.count) graphs in one piece") }
    return graphs[0]
  }

  /// Outputs that differ by more than round-off on seeded inputs and parameters.
  private func unequalOutputs(_ a: Graph, _ b: Graph) throws -> [String] {
    let inputs = try a.waves()
    let (first, second) = (try a.onWaves(inputs), try b.onWaves(inputs))
    guard first.keys == second.keys else {
      return ["the outputs are \(second.keys), they were \(first.keys)"]
    }
    return try first.keys.sorted().filter { name in
      guard let one = first[name], let other = second[name] else { return true }
      guard let within else { return try !one.isClose(to: other) }
      return try !one.cast(to: within).isClose(to: other.cast(to: within))
    }.map { "output \($0) has other numbers" }
  }
}

extension Pass {
  /// Passes that need more than a graph, as the cases use them.
  fileprivate static var configured: [Pass] {
    let insert = Pass("insert-video-attention", "as its graphs need it") { graph throws(Diagnostic) in
      let isPyramid = graph.name == "pyramid"
      var bridge = Bridge(widths: isPyramid ? [8, 12] : [8], videoDim: 6, heads: 2, headDim: 4)
      bridge.adapterHidden = 5
      if isPyramid {
        (bridge.adapter, bridge.gate) = (.none, false)
        (bridge.positions, bridge.prependedTokens) = (.ratio, 0)
      }
      return try Pass.insertVideoAttention(bridge).run(graph)
    }
    return [
      insert,
      .guideBatch(conditioning: ["text", "video", "video_scale"], text: "text"),
      .denoisingLoss(sample: "y"),
      .recompute(blocks: 1),
    ]
  }
}
