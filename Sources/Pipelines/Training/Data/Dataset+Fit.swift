import Passes
import Tensors

extension Dataset {
  /// Throws iff the tensors were made by other models than the pipeline's, or pooled otherwise than the bridge
  /// reads them.
  func check(_ pipeline: Pipeline, _ bridge: Bridge) throws(Diagnostic) {
    guard let made = manifests.first else { return }
    for (name, digest) in made.makers.sorted(by: { $0.key < $1.key }) {
      guard let part = pipeline.manifest[part: name], part.digest == digest else {
        throw .otherMaker(name, path)
      }
    }
    guard made.pooling == bridge.pooling.rawValue else {
      throw .otherPooling(made.pooling, bridge.pooling.rawValue, path)
    }
    guard sizes.videoWidth == bridge.videoDim else {
      throw .otherWidth(sizes.videoWidth, bridge.videoDim, path)
    }
  }
}

extension PipelineManifest.Part {
  /// What the part's files hold, whatever they are called: the SHA-256s of all of them.
  package var digest: String {
    files.sorted { $0.name < $1.name }.map { String($0.sha256.prefix(16)) }.joined(separator: "-")
  }
}

extension Diagnostic {
  fileprivate static func otherMaker(_ part: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "the dataset was made with another \(part) than the pipeline's", at: path,
      help: "prepare it anew with this pipeline")
  }
  fileprivate static func otherPooling(_ pooling: String, _ expected: String, _ path: String) -> Diagnostic {
    Diagnostic(
      "the dataset's video tokens are pooled as \(pooling), but the bridge reads \(expected)", at: path,
      help: "prepare it anew with this pipeline")
  }
  fileprivate static func otherWidth(_ width: Int, _ expected: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "the dataset's video tokens are \(width) wide, but the bridge is for \(expected)", at: path,
      help: "prepare it anew with this pipeline")
  }
}
