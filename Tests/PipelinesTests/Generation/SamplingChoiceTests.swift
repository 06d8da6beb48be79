import TemporaryFolders
import Tensors
import Testing

@testable import Pipelines

/// What of the sampling a person chooses, and what follows.
@Suite struct SamplingChoiceTests {
  private static let usual = PipelineManifest.Sampling(
    objective: .v, sampler: "dpmpp-3m-sde", steps: 30, guidance: 2, highest: 400, lowest: 0.2)

  private func chosen(sampler: String? = nil, steps: Int? = nil, highest: Double? = nil) throws(Diagnostic)
    -> PipelineManifest.Sampling
  {
    try Self.usual.choosing(sampler: sampler, steps: steps, guidance: nil, highest: highest, lowest: nil)
  }

  @Test func whatIsNotChosenStays() throws {
    #expect(try chosen() == Self.usual)
    var fewer = Self.usual
    fewer.steps = 7
    #expect(try chosen(sampler: "dpmpp-3m-sde", steps: 7) == fewer)
  }

  @Test func anotherSamplerBringsItsOwn() throws {
    let other = try Sampler.named("v-ddim").defaults
    let seen = try chosen(sampler: "v-ddim", steps: 9)
    #expect((seen.sampler, seen.steps, seen.highest) == ("v-ddim", 9, other.highest))
    #expect(seen.guidance == 2)
  }

  @Test func whatMakesNoSenseIsRefused() {
    #expect(throws: Diagnostic.self) { try chosen(sampler: "euler") }
    #expect(throws: Diagnostic.self) { try chosen(sampler: "v-ddim", highest: 2) }
    #expect(throws: Diagnostic.self) { try chosen(steps: 0) }
  }

  @Test func anAssemblyKeepsIt() throws {
    let tiny = TinyPipeline.tiny
    var parts = PipelineParts(backbone: "\(tiny)/stable_audio")
    (parts.textEncoder, parts.tokenizer) = ("\(tiny)/text_encoder", "\(tiny)/tokenizer")
    var assembly = Assembly(parts)
    assembly.setSampling = { (usual) throws(Diagnostic) in
      usual = try usual.choosing(sampler: nil, steps: 30, guidance: 2, highest: nil, lowest: nil)
    }
    let folder = try TemporaryFolder()
    _ = try assembly.write(to: folder("pipeline"))
    let sampling = try Pipeline(path: folder("pipeline")).manifest.sampling
    #expect((sampling.steps, sampling.guidance, sampling.sampler) == (30, 2, "dpmpp-3m-sde"))
  }
}
