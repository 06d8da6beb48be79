import Checkpoints
import Kernels
import Media
import Passes
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// The whole way from clip and prompt to sound against stable-audio-tools with the bridge in PyTorch.
@Suite struct GenerateTests {
  @Test(arguments: [
    "dpmpp-3m-sde", "dpmpp-2m-sde", "negative-prompt", "v-ddim", "no-video", "half-scale", "unguided",
    "euler",
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
    guard let decoded = try reference["decoded"]?.tensor else { return }
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

  @Test func bf16MakesNearlyTheSameSound() throws {
    let (reference, request) = try TinyPipeline.reference("dpmpp-3m-sde")
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    let result = try Generator(tiny.pipeline, .bf16).generate(request)
    let error = largestError(result.latents, try reference.tensor("latents").floats())
    #expect(error > 1e-4 && error <= 5e-2, "\(error)")
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

/// Laws of the whole path that need no reference.
@Suite(.serialized) struct GenerationLawTests {
  @Test func threadsDoNotMatter() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    let (_, request) = try TinyPipeline.reference("dpmpp-3m-sde")
    var sounds: [Sound] = []
    for threads in [1, 2, 3] {
      try Machine.use(threads: threads)
      sounds.append(try Generator(tiny.pipeline).generate(request).sound)
    }
    try Machine.use()
    #expect(sounds[0] == sounds[1] && sounds[0] == sounds[2])
  }

  @Test func scaleZeroIsTheBackbone() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    var (_, request) = try TinyPipeline.reference("unguided")
    request.videoScale = 0
    let silent = try Generator(tiny.pipeline).generate(request)
    (request.video, request.videoScale, request.seconds) = (nil, nil, 4)
    #expect(try Generator(tiny.pipeline).generate(request).sound == silent.sound)
  }

  @Test func longSoundsAreDecodedInStretches() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    let model = try tiny.pipeline.model("decoder")
    let audio = tiny.pipeline.manifest.audio
    #expect(audio.decoderHalo == 10)
    var generator = TorchGenerator(seed: 3)
    let frames = 600
    let latents = generator.normals(audio.latentChannels * frames)
    var decoder = try LatentDecoder(model, audio, options: SessionOptions())
    var stretches = 0
    let sound = try decoder.decode(latents, count: frames * audio.samplesPerLatent) { _, _, total in
      stretches = total
    }
    #expect(stretches > 1)
    var whole = try Session(model, options: SessionOptions())
    let shape = [1, audio.latentChannels, frames]
    let expected = try whole.run(["latents": try Tensor(floats: latents, shape: shape)])["decoded"]
    #expect(largestError(sound.channels.flatMap { $0 }, try expected?.floats() ?? []) <= 1e-6)
  }

  @Test func longClipsNameTheLimit() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    var pipeline = tiny.pipeline
    pipeline.manifest.video.mostSeconds = 2
    var request = GenerationRequest()
    request.video = "\(TinyPipeline.fixtures)/clips/ball.mp4"
    request.steps = 1
    let thrown = #expect(throws: Diagnostic.self) { try Generator(pipeline).generate(request) }
    #expect("\(thrown.map { "\($0)" } ?? "")".contains("--start"))
    (request.start, request.duration) = (1, 1.5)
    #expect(try Generator(pipeline).generate(request).sound.duration == 1.5)
  }

  @Test func tooLongAPromptIsSaid() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    var request = GenerationRequest()
    (request.seconds, request.steps) = (0.5, 1)
    request.prompt = String(repeating: "a dog and a cat ", count: 40)
    #expect(try Generator(tiny.pipeline).generate(request).warnings.contains { $0.contains("too long") })
  }

  @Test func progressCanStopIt() throws {
    let tiny = try TinyPipeline()
    defer { withExtendedLifetime(tiny) {} }
    var request = GenerationRequest()
    (request.seconds, request.prompt) = (1, "rain")
    let thrown = #expect(throws: Diagnostic.self) {
      try Generator(tiny.pipeline).generate(request) { stage, done, _ in
        if stage == .denoise, done == 2 { throw CancellationError() }
      }
    }
    #expect(thrown?.kind == .interrupted)
  }
}
