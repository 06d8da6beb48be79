import Checkpoints
import Foundation
@testable import Pipelines
import TemporaryFolders
import Tensors

/// A prepared dataset for the tiny pipeline, of random numbers: clips of two lengths.
struct TinyDataset {
  let pipeline: TinyPipeline
  let path: String

  init(clips count: Int = 7, called name: (Int) -> String = { "clip\($0)" }) throws {
    pipeline = try TinyPipeline()
    path = pipeline.folder.path + "/dataset"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var makers: [String: String] = [:]
    for part in pipeline.pipeline.manifest.parts where part.name != "bridge" {
      makers[part.name] = part.digest
    }
    var manifest = DatasetManifest(makers: makers, pooling: "frame")
    var tensors: [(name: Name, tensor: Tensor)] = []
    for index in 0..<count {
      let (id, isShort) = (name(index), index % 3 == 2)
      manifest.clips.append(.init(id: id, shard: "a.safetensors", prompt: "a sound", seconds: 1))
      let shapes = [
        ("latents", [4, isShort ? 11 : 14]), ("video", [isShort ? 4 : 6, 48]), ("cross", [9, 64]),
        ("global", [1, 128]),
      ]
      for (place, (part, shape)) in shapes.enumerated() {
        var random = KeyedRandom(seed: 5, .noise, step: index, item: place)
        let values = random.normals(shape[0] * shape[1])
        tensors.append((Name("\(id).\(part)"), try Tensor(floats: values, shape: shape)))
      }
    }
    try Checkpoint.write(tensors, to: path + "/a.safetensors")
    try AtomicFile.write(manifest.json.printed(), to: path + "/manifest.json")
  }
}
