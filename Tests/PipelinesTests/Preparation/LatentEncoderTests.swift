import Checkpoints
import Media
@testable import Pipelines
import Runtime
import Tensors
import Testing

/// Sound to latents against what upstream's autoencoder gives, and in stretches as in one piece.
@Suite struct LatentEncoderTests {
  @Test(arguments: [("stable_audio", "autoencoder"), ("stable_audio_small", "autoencoder_small")])
  func latentsAreUpstreams(model: String, reference: String) throws {
    let path = "\(TinyPipeline.fixtures)/references/\(reference).safetensors"
    let expected = try Checkpoint.open(path: path)
    let tiny = try TinyPipeline(model, bridge: false)
    let audio = tiny.pipeline.manifest.audio
    let sound = try Sound(try expected.tensor("audio"), sampleRate: audio.sampleRate)
    var encoder = try LatentEncoder(tiny.pipeline, options: SessionOptions())
    let found = try encoder.encode(sound, count: sound.count)
    let (mean, deviation) = (try expected.tensor("mean"), try expected.tensor("std"))
    #expect([1, found.channels, found.frames] == mean.shape)
    #expect(largestError(found.mean, try mean.floats()) <= 2e-5)
    #expect(largestError(found.deviation, try deviation.floats()) <= 2e-5)
  }

  @Test func stretchesAreTheWhole() throws {
    let tiny = try TinyPipeline()
    let audio = tiny.pipeline.manifest.audio
    // Not a whole number of latents.
    let count = 61 * audio.samplesPerLatent - 700
    var random = KeyedRandom(seed: 3, .noise, step: 0)
    let sound = try Sound(
      channels: (0..<audio.channels).map { _ in random.normals(count).map { $0 / 4 } },
      sampleRate: audio.sampleRate)
    var whole = try LatentEncoder(tiny.pipeline, options: SessionOptions())
    var cut = try LatentEncoder(tiny.pipeline, stretch: 7, options: SessionOptions())
    let (a, b) = (try whole.encode(sound, count: count), try cut.encode(sound, count: count))
    #expect(a.frames == 61)
    #expect(largestError(b.mean, a.mean) <= 1e-6)
    #expect(largestError(b.deviation, a.deviation) <= 1e-6)
  }

  @Test func noiseBelongsToTheClip() throws {
    var distribution = LatentDistribution(channels: 4, frames: 4096)
    distribution.mean = distribution.mean.map { _ in 2 }
    distribution.deviation = distribution.deviation.map { _ in 0.5 }
    let a = try distribution.sampled(for: "a")
    #expect(try distribution.sampled(for: "a") == a)
    #expect(try distribution.sampled(for: "b") != a)
    let values = a.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean - 2) < 0.02 && abs(variance.squareRoot() - 0.5) < 0.02)
  }

  @Test func otherSoundIsRefused() throws {
    let tiny = try TinyPipeline()
    var encoder = try LatentEncoder(tiny.pipeline, options: SessionOptions())
    let mono = try Sound(channels: [[0, 0, 0]], sampleRate: 44100)
    #expect(throws: Diagnostic.self) { try encoder.encode(mono, count: 3) }
  }
}
