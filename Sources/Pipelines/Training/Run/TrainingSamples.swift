import Checkpoints
package import Media
import Passes
package import Runtime
package import Tensors

/// The sounds that a bridge in training makes for a few clips of a dataset, by the way of `foley generate` from the
/// tensors that `foley prepare` kept: no video and no prompt is encoded again.
///
/// Sampling is the pipeline's own, always from the same noise.
package struct TrainingSamples {
  /// The numbers of the clips, spread evenly over the dataset.
  package let clips: [Int]
  private let dataset: Dataset
  private let generator: Generator

  /// Of `count` clips, or all where there are fewer.
  package init(_ pipeline: Pipeline, _ dataset: Dataset, count: Int, options: SessionOptions) {
    let count = min(count, dataset.clips.count)
    clips = (0..<count).map { $0 * dataset.clips.count / count }
    (self.dataset, generator) = (dataset, Generator(pipeline, options: options))
  }

  /// A file's name for the sound of clip number `clip`, without its extension.
  package func name(of clip: Int) -> String {
    let id = dataset.clips[clip].id.map {
      $0.isASCII && ($0.isLetter || $0.isNumber) || "-_.@".contains($0) ? $0 : "_"
    }
    return "\(clip)-\(String(id.prefix(100)))"
  }

  /// The sound of clip number `clip` with the bridge in the file at `path`.
  ///
  /// Throws iff the bridge or the clip cannot be read, or `progress` throws.
  package func sound(
    of clip: Int, bridge path: String, progress: GenerationProgress = { _, _, _ in }
  ) throws(Diagnostic) -> Sound {
    let checkpoint = try Checkpoint.open(path: path)
    let (bridge, example) = (try Bridge(checkpoint), try dataset.example(clip))
    let video = Denoiser.Conditions.Video(
      bridge: bridge, checkpoint: checkpoint, tokens: try example.video.batched(), scale: bridge.scale)
    let conditions = Denoiser.Conditions(
      cross: try example.cross.batched(), global: try example.global.batched(), video: video)
    let rate = generator.pipeline.manifest.audio.sampleRate
    return try generator.sound(
      under: conditions, samples: Int((dataset.clips[clip].seconds * Double(rate)).rounded()),
      try generator.course(of: GenerationRequest()), progress: progress
    ).sound
  }
}

extension Tensor {
  /// The tensor behind a first axis of one element.
  fileprivate func batched() throws(Diagnostic) -> Tensor { try reshaped([1] + shape) }
}
