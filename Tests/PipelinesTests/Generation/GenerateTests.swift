import Checkpoints
import Media
import Pipelines
import Tensors
import Testing

/// The whole way from clip and prompt to sound against stable-audio-tools with the bridge in PyTorch.
@Suite struct GenerateTests {
  @Test(arguments: [
    "dpmpp-3m-sde", "dpmpp-2m-sde", "negative-prompt", "v-ddim", "no-video", "half-scale", "unguided", "euler",
    "pingpong",
  ])
  func agreesWithUpstream(run: String) throws {
    let (reference, request) = try TinyPipeline.reference(run)
    let tiny = try TinyPipeline(reference.metadata("model") ?? "")
    defer { withExtendedLifetime(tiny) {} }
    let result = try Generator(tiny.pipeline).generate(request)
    let latents = largestError(result.latents, try reference.tensor("latents").floats())
    #expect(latents <= 1e-4, "latents of \(run)")
    #expect(result.sound.count == 4 * 44100)
    guard let decoded = reference["decoded"]?.tensor else { return }
    let expected = try decoded.floats()
    let count = expected.count / 2
    let heard = result.sound.channels.flatMap { Array($0.prefix(count)) }
    #expect(largestError(heard, expected) <= 1e-4, "sound of \(run)")
  }

  @Test func diffusersLayoutMakesTheSameSound() throws {
    let (reference, request) = try TinyPipeline.reference("dpmpp-3m-sde")
    let tiny = try TinyPipeline("diffusers")
    defer { withExtendedLifetime(tiny) {} }
    let result = try Generator(tiny.pipeline).generate(request)
    #expect(largestError(result.latents, try reference.tensor("latents").floats()) <= 1e-4)
  }

  @Test func sameSeedSameSamples() throws {
    var (_, request) = try TinyPipeline.reference("dpmpp-3m-sde")
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    let generator = Generator(tiny.pipeline)
    let first = try generator.generate(request)
    #expect(try generator.generate(request).sound == first.sound)
    request.seed += 1
    #expect(try generator.generate(request).sound != first.sound)
  }
}
