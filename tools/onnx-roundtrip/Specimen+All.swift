import CaseFiles
import Checkpoints
import Families
import Foundation
import Graphs
import ONNX
import Operators
import Passes
import Tensors

extension Specimen {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static func fixture(_ name: String) -> String {
    root.appendingPathComponent("Tests/Fixtures/\(name)").path
  }

  /// Every case of an op that runs, and the tiny models, the backbones with and without their bridge and
  /// compiled for inference.
  static func all() throws -> [Specimen] { try models() + [unet()] + cases() }

  private static func cases() throws -> [Specimen] {
    let folder = root.appendingPathComponent("Tests/OperatorsTests/Cases/x").path
    return try CaseFile.all(in: ".", beside: folder).flatMap { file in
      try file.cases(ops: .all).compactMap { given in
        guard given.error == nil else { return nil }
        let graph = try given.graph()
        guard (try? given.run(graph)) != nil else { return nil }
        return Specimen(
          name: "op/\(file.name)@\(graph.name)", graph: graph, weights: [:], inputs: given.inputs)
      }
    }
  }

  private static func models() throws -> [Specimen] {
    var specimens: [Specimen] = []
    let others = [
      ("t5", "text_encoder", nil), ("t5-v1.1", "text_encoder_v1_1", nil), ("vjepa2", "video_encoder", nil),
      ("vae-encoder", "stable_audio", "encoder"), ("vae-decoder", "stable_audio", "decoder"),
      ("conditioners", "stable_audio", "conditioners"),
    ]
    for (name, folder, component) in others {
      let model = try ModelSource(path: fixture("tiny/\(folder)")).model(component)
      specimens += try both(name, model.graph, model)
    }
    for folder in ["stable_audio", "diffusers", "stable_audio_small"] {
      let model = try ModelSource(path: fixture("tiny/\(folder)")).model("backbone")
      specimens += try both("dit-\(folder)", model.graph, model)
      let bridged = try Pass.insertVideoAttention(bridge(checkpoint())).run(model.graph)
      specimens += try both("dit-\(folder)-bridged", bridged, model)
    }
    return specimens
  }

  /// An imported U-Net with a bridge at two widths, on the inputs of PyTorch's run.
  private static func unet() throws -> Specimen {
    let imported = try ImportedModel(
      try ModelProto.read(path: fixture("onnx/unet/dyn18.onnx")), name: "unet")
    let checkpoint = try Checkpoint.open(path: fixture("references/unet/bridge.safetensors"))
    let graph = try (Pass.recognition + [Pass.insertVideoAttention(bridge(checkpoint))]).run(
      on: imported.graph)
    var weights = imported.parameters
    for entry in checkpoint.entries { weights[entry.name] = try entry.tensor }
    let known = try Checkpoint.open(path: fixture("references/unet/io.safetensors"))
    var inputs: [Name: Tensor] = [:]
    for input in graph.inputs { inputs[graph[input].name] = try known.tensor(graph[input].name) }
    return Specimen(name: "model/unet-bridged", graph: graph, weights: weights, inputs: inputs)
  }

  /// A graph as the family builds it, and as it is compiled for inference.
  private static func both(_ name: String, _ graph: Graph, _ model: Model) throws -> [Specimen] {
    let compiled = try Pass.inference.run(on: graph)
    return [
      try Specimen("model/\(name)", graph, model), try Specimen("model/\(name)-compiled", compiled, model),
    ]
  }

  private static func checkpoint() throws -> Checkpoint {
    try Checkpoint.open(path: fixture("tiny/bridge.safetensors"))
  }
  private static func bridge(_ checkpoint: Checkpoint) throws -> Bridge {
    let metadata = checkpoint.metadata.map { ($0.key.text, $0.value) }
    return try Bridge(metadata: Dictionary(metadata) { first, _ in first })
  }

  private init(_ name: String, _ graph: Graph, _ model: Model) throws {
    let bridge = try Self.checkpoint()
    var weights: [Name: Tensor] = [:]
    for (_, parameter) in graph.parameters {
      if parameter.frozen {
        weights[parameter.path] = try model.weights.tensor(parameter.path)
      } else if let entry = bridge[parameter.path], entry.type == parameter.type {
        weights[parameter.path] = try entry.tensor
      } else {
        weights[parameter.path] = try Tensor(wave: Double(parameter.path.text.utf8.count), parameter.type)
      }
    }
    self.init(name: name, graph: graph, weights: weights, inputs: try graph.waves())
  }
}

extension Graph {
  /// A tensor for each input, every named length being a small one of its own.
  fileprivate func waves() throws -> [Name: Tensor] {
    let lengths = ["B": 2, "L": 9, "S": 5, "F": 3]
    let names = Set(inputs.flatMap { self[$0].type.dims.flatMap(\.names) }).sorted()
    let sizes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, lengths[$1] ?? $0 + 3) })
    var tensors: [Name: Tensor] = [:]
    for (index, value) in inputs.enumerated() {
      guard let type = self[value].type.binding(sizes) else { throw Diagnostic("an input is too long") }
      tensors[self[value].name] = try Tensor(wave: Double(index), type)
    }
    return tensors
  }
}

extension Tensor {
  /// `0.7·sin(start + 0.9·i)` at place i; for whole numbers and truth values 0, 1, 0, 1, ….
  fileprivate init(wave start: Double, _ type: TensorType) throws {
    let places = 0..<(type.count ?? 0)
    let isWhole = type.element.isInteger || type.element == .bool
    try self.init(
      reals: places.map { isWhole ? Double($0 % 2) : 0.7 * sin(start + 0.9 * Double($0)) }, as: type)
  }
}
