import Checkpoints
import Passes
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// Every stage by itself against what upstream stored of it.
@Suite struct ConditioningTests {
  @Test func textIsUpstreams() throws {
    let path = "\(TinyPipeline.fixtures)/references/generate/text.safetensors"
    let reference = try Checkpoint.open(path: path)
    let prompts = ["prompt", "negative"].map { reference.metadata(Name($0)) ?? "" }
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    var conditioner = try TextConditioner(tiny.pipeline, options: SessionOptions())
    for (name, prompt) in zip(["prompt", "negative"], prompts) {
      let result = try conditioner.condition(prompt, seconds: 4)
      let cross = try reference.tensor("\(name).encoder_hidden_states")
      #expect(result.cross.shape == cross.shape)
      #expect(largestError(try result.cross.floats(), try cross.floats()) <= 2e-5, "\(name)")
      let global = try reference.tensor("\(name).global_hidden_states")
      #expect(largestError(try result.global.floats(), try global.floats()) <= 2e-5, "\(name)")
    }
  }

  @Test func videoIsUpstreams() throws {
    let path = "\(TinyPipeline.fixtures)/references/generate/video.safetensors"
    let reference = try Checkpoint.open(path: path)
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    let clip = try ClipFrames(
      "\(TinyPipeline.fixtures)/clips/ball.mp4", start: 0, duration: nil, of: tiny.pipeline.manifest.video,
      by: try tiny.pipeline.preprocessor())
    var conditioner = try VideoConditioner(tiny.pipeline, pooling: .frame, options: SessionOptions())
    let found = try conditioner.tokens(of: clip)
    let tokens = try reference.tensor("ball.video_tokens")
    #expect(found.shape == tokens.shape)
    #expect(clip.duration == 4)
    #expect(largestError(try found.floats(), try tokens.floats()) <= 2e-5)
  }
}
