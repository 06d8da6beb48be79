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
    let results = try TextConditioner(pipeline: tiny.pipeline, options: SessionOptions())
      .condition(prompts, seconds: 4)
    for (name, result) in zip(["prompt", "negative"], results) {
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
    let result = try VideoConditioner(pipeline: tiny.pipeline, options: SessionOptions()).condition(
      "\(TinyPipeline.fixtures)/clips/ball.mp4", start: 0, duration: nil, pooling: .frame
    ) { _, _, _ in }
    let tokens = try reference.tensor("ball.video_tokens")
    #expect(result.tokens.shape == tokens.shape)
    #expect(result.duration == 4)
    #expect(largestError(try result.tokens.floats(), try tokens.floats()) <= 2e-5)
  }
}
