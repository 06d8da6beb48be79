import Checkpoints
import Families
import Foundation
import Graphs
import Passes
import Runtime
import Tensors

/// The tiny random models of the fixtures, and inputs for them.
enum Tiny {
  static let backbones = ["stable_audio", "diffusers", "stable_audio_small"]

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/\(name)").standardizedFileURL.path
  }

  static func backbone(_ name: String = "stable_audio") throws -> Model {
    try ModelSource(path: path("tiny/\(name)")).model("backbone")
  }

  static func checkpoint() throws -> Checkpoint { try Checkpoint.open(path: path("tiny/bridge.safetensors")) }

  static func bridge() throws -> Bridge {
    let metadata = try checkpoint().metadata.map { ($0.key.text, $0.value) }
    return try Bridge(metadata: Dictionary(metadata) { first, _ in first })
  }

  /// The weights of a bridged backbone; of a bridge that the fixtures do not hold, waves.
  static func weights(_ model: Model, _ graph: Graph, changing: [Name: Tensor] = [:]) throws
    -> [Name: Tensor]
  {
    let bridge = try checkpoint()
    var tensors: [Name: Tensor] = [:]
    for (_, parameter) in graph.parameters {
      let path = parameter.path
      if let changed = changing[path] {
        tensors[path] = changed
      } else if parameter.frozen {
        tensors[path] = try model.weights.tensor(path)
      } else if let entry = bridge[path], entry.type == parameter.type {
        tensors[path] = try entry.tensor
      } else {
        tensors[path] = try Tensor(wave: Double(path.text.utf8.count), parameter.type)
      }
    }
    return tensors
  }

  /// Inputs of a backbone, bridged or not, for `rows` rows of 9 latents, 5 text tokens and 3 video frames.
  static func inputs(_ graph: Graph, rows: Int = 1) throws -> [Name: Tensor] {
    try graph.waves(["B": rows, "L": 9, "S": 5, "F": 3])
  }
}

extension Graph {
  /// The results of a session on `inputs`.
  func inSession(_ inputs: [Name: Tensor], _ weights: [Name: Tensor]) throws -> [Name: Tensor] {
    var session = try Session(self, parameters: { path throws(Diagnostic) in try weights.at(path) })
    return try session.run(inputs)
  }

  /// The results of the reference evaluator on `inputs`.
  func inReference(_ inputs: [Name: Tensor], _ weights: [Name: Tensor]) throws -> [Name: Tensor] {
    try evaluate(inputs) { path throws(Diagnostic) in try weights.at(path) }
  }

  /// The values of one output of a session.
  func sample(_ inputs: [Name: Tensor], _ weights: [Name: Tensor]) throws -> [Float] {
    try inSession(inputs, weights)["sample"]?.floats() ?? []
  }
}

extension [Name: Tensor] {
  func at(_ name: Name) throws(Diagnostic) -> Tensor {
    guard let tensor = self[name] else { throw Diagnostic("there is no tensor \(name)") }
    return tensor
  }
}

/// The largest difference over the largest value of `b`; ∞ where they cannot be compared.
func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  guard a.count == b.count, !b.isEmpty, a.allSatisfy(\.isFinite) else { return .infinity }
  let largest = b.map(\.magnitude).max() ?? 0
  return zip(a, b).map { ($0 - $1).magnitude }.reduce(0, max) / Swift.max(largest, .leastNormalMagnitude)
}
