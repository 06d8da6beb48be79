import Foundation
import Tensors
import Testing

@testable import Pipelines

/// Outputs recorded from k-diffusion 0.1.1 and stable-audio-tools 0.0.19 with the toy model: the first four
/// latents and the last one.
@Suite struct SamplerTests {
  struct Recorded: Sendable, CustomStringConvertible {
    let sampler: String
    var steps = 8
    var highest: Double?
    var eta: Float?
    var clip = false
    var noise: Noise = .recorded
    let first: [Float]
    let last: Float

    enum Noise: Sendable {
      case recorded, brownian
      case gaussian(UInt64)
    }

    var description: String { "\(sampler) \(noise) eta \(eta.map(\.description) ?? "default") clip \(clip)" }
  }

  static let sigma: [Recorded] = [
    Recorded(
      sampler: "dpmpp-3m-sde", first: [0.7685166, 0.800652385, 0.54167068, 0.0908760428], last: -0.278413951),
    Recorded(
      sampler: "dpmpp-3m-sde", eta: 0.5, first: [0.569580674, 0.678330123, 0.546682954, 0.216422111],
      last: -0.121570043),
    Recorded(
      sampler: "dpmpp-3m-sde", eta: 0, first: [0.160688967, 0.593268335, 0.633408368, 0.227306604],
      last: -0.0275477245),
    Recorded(
      sampler: "dpmpp-3m-sde", noise: .brownian,
      first: [0.219786942, -0.168889403, 0.21529378, 0.995504737], last: -0.351325214),
    Recorded(
      sampler: "dpmpp-2m-sde", first: [0.646140873, 0.610348344, 0.364642501, 0.0313599594],
      last: -0.222793147),
    Recorded(
      sampler: "dpmpp-2m-sde", eta: 0.5, first: [0.515202284, 0.56013149, 0.414386421, 0.140733302],
      last: -0.111475244),
    Recorded(
      sampler: "dpmpp-2m-sde", eta: 0, first: [0.157805547, 0.534137964, 0.569111586, 0.215844333],
      last: -0.00705957785),
    Recorded(
      sampler: "dpmpp-2m-sde", noise: .brownian,
      first: [0.263264418, -0.0628052652, 0.155330434, 0.912825048], last: -0.0927815884),
    Recorded(
      sampler: "dpmpp-2m", first: [0.157805547, 0.534138083, 0.569111586, 0.215844333], last: -0.00705959275),
  ]

  static let time: [Recorded] = [
    Recorded(
      sampler: "v-ddim", first: [0.136668727, 0.477075189, 0.508894682, 0.189006791], last: -0.013033852),
    Recorded(
      sampler: "ddim", eta: 0.5, noise: .gaussian(11),
      first: [-0.145118117, 0.442175299, -0.00864638574, 0.486066163], last: 0.909009576),
    Recorded(
      sampler: "v-ddim", eta: 1, noise: .gaussian(11),
      first: [-0.0814895034, -0.0458193496, -0.04800836, 0.497792602], last: 1.2079308),
    Recorded(
      sampler: "v-ddim", highest: 0.7, clip: true,
      first: [0.347806871, 0.662327647, 0.439359725, -0.0429491997], last: 0.14412348),
    Recorded(
      sampler: "euler", first: [0.118412748, 0.65231204, 0.700621605, 0.202016488], last: -0.122135945),
    Recorded(
      sampler: "euler", highest: 0.6, clip: true,
      first: [0.363450915, 0.606740832, 0.348114491, -0.144439042], last: 0.163867906),
    Recorded(
      sampler: "rk4", first: [0.0995645821, 0.635200977, 0.683217108, 0.183962971], last: -0.142458871),
    Recorded(
      sampler: "rk4", highest: 0.6, clip: true,
      first: [0.354331642, 0.597957253, 0.338946909, -0.156002194], last: 0.153897375),
    Recorded(
      sampler: "dpmpp", first: [0.128725901, 0.659480155, 0.707460582, 0.211848557], last: -0.109572828),
    Recorded(
      sampler: "dpmpp", highest: 0.6, clip: true,
      first: [0.360586435, 0.60384053, 0.345240504, -0.147912487], last: 0.16078335),
    Recorded(
      sampler: "pingpong", steps: 4, noise: .gaussian(7),
      first: [0.148281872, 0.200768247, -0.00391496718, 1.03889275], last: 0.826505065),
  ]

  @Test(arguments: sigma + time)
  func agreesWithUpstream(_ recorded: Recorded) throws {
    let sampler = try Sampler.named(recorded.sampler)
    var settings = sampler.defaults
    settings.steps = recorded.steps
    var noise: any NoiseSource =
      switch recorded.noise {
      case .recorded: Toy.recordedNoise(recorded.steps)
      case .brownian: BrownianNoise(seed: 42, over: try sampler.schedule(settings), count: 32)
      case .gaussian(let seed): GaussianNoise(seed: seed)
      }
    let latents = try Toy.sample(
      sampler, steps: recorded.steps, highest: recorded.highest, eta: recorded.eta,
      over: recorded.clip ? Toy.clip : nil, noise: &noise)
    #expect(latents.count == 32)
    #expect(relativeError(latents.prefix(4) + latents.suffix(1), recorded.first + [recorded.last]) < 2e-6)
  }

  @Test func pingpongDrawsNoiseForTheLastStepToo() throws {
    var noise: any NoiseSource = GaussianNoise(seed: 7)
    _ = try Toy.sample(.pingPong, steps: 4, noise: &noise)
    var generator = try #require(noise as? GaussianNoise).generator
    #expect(generator.uniforms(1) == [0.7042391300201416])
  }

  @Test(arguments: Sampler.all.map(\.name))
  func oneStepDenoisesAndProgressTellsAll(name: String) throws {
    let sampler = try Sampler.named(name)
    let schedule = try sampler.schedule(SamplingSettings(steps: 1, highest: 1, lowest: 0.5))
    var (noise, seen): (any NoiseSource, [SamplingProgress]) = (Toy.recordedNoise(1), [])
    let latents = try sampler.sample(
      sampler.start(Toy.noise, at: schedule), over: schedule, noise: &noise,
      progress: { (progress) throws(Diagnostic) in seen.append(progress) },
      velocity: { (x, t, step) throws(Diagnostic) in Toy.velocity(x, t: t) })
    #expect(latents.count == 32 && !latents.contains { !$0.isFinite })
    #expect(seen.map(\.step) == [0, 1])
    #expect(seen.map(\.steps) == [1, 1])
    #expect(seen.map(\.level) == [1, 0])
  }

  @Test func progressEndsTheRun() throws {
    let schedule = try Sampler.euler.schedule(SamplingSettings(steps: 5))
    var (noise, calls): (any NoiseSource, Int) = (FixedNoise([]), 0)
    let stop = Diagnostic("interrupted", kind: .interrupted)
    #expect(throws: stop) {
      try Sampler.euler.sample(
        Toy.noise, over: schedule, noise: &noise,
        progress: { (progress) throws(Diagnostic) in if progress.step == 2 { throw stop } },
        velocity: { (x, t, step) throws(Diagnostic) in
          calls += 1
          return Toy.velocity(x, t: t)
        })
    }
    #expect(calls == 2)
  }

  @Test func refusesBrokenPredictions() throws {
    let schedule = try Sampler.euler.schedule(SamplingSettings(steps: 5))
    var noise: any NoiseSource = FixedNoise([])
    let notFinite = #expect(throws: Diagnostic.self) {
      try Sampler.euler.sample(Toy.noise, over: schedule, noise: &noise) { (x, t, step) throws(Diagnostic) in
        x.map { step == 3 ? .nan : $0 }
      }
    }
    #expect(notFinite?.message == "the model's prediction at step 4 of 5 is not finite")
    let short = #expect(throws: Diagnostic.self) {
      try Sampler.euler.sample(Toy.noise, over: schedule, noise: &noise) { (x, t, step) throws(Diagnostic) in
        Array(x.dropLast())
      }
    }
    #expect(short?.message == "the model gave 31 values for 32 latents")
  }

  @Test func everyFileIsInTheCatalogue() throws {
    let folder = URL(filePath: #filePath)
      .appending(path: "../../../../Sources/Pipelines/Sampling/Samplers").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(files.count == Sampler.all.count)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(Sampler.all.filter { text.contains("\"\($0.name)\"") }.count == 1, "\(file.lastPathComponent)")
    }
  }

  @Test func catalogueNamesAndPairs() throws {
    let names = Sampler.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    for objective in Objective.allCases {
      #expect(Sampler.standard(for: objective).objectives.contains(objective))
    }
    #expect(try Sampler.named("ddim").name == "v-ddim")
    #expect(try Sampler.named("dpmpp", for: .rectifiedFlow).name == "dpmpp")
    let wrong = #expect(throws: Diagnostic.self) { try Sampler.named("dpmpp-3m-sde", for: .rectifiedFlow) }
    #expect(
      wrong?.message == "sampler dpmpp-3m-sde is for v models, but this model's objective is rectified flow")
    #expect(wrong?.help == "choose one of pingpong, euler, dpmpp, rk4")
    #expect(wrong?.kind == .usage)
    let unknown = #expect(throws: Diagnostic.self) { try Sampler.named("k-heun") }
    #expect(unknown?.message == "there is no sampler \"k-heun\"")
  }

  /// The noise of upstream's `generate`: start noise first, then the Brownian seed, from one generator.
  @Test func seedsInUpstreamsOrder() throws {
    let sampler = Sampler.dpmpp3MSDE
    let schedule = try sampler.schedule(sampler.defaults)
    var generator = TorchGenerator(seed: 1234)
    _ = generator.normals(256)
    var drawn = sampler.noiseSource(for: schedule, count: 4, from: &generator)
    var named: any NoiseSource = BrownianNoise(seed: 1_352_931_073_112_529_895, over: schedule, count: 4)
    var (a, b) = ([Float](repeating: 0, count: 4), [Float](repeating: 1, count: 4))
    try drawn.next(from: schedule.levels[0], to: schedule.levels[1], into: &a)
    try named.next(from: schedule.levels[0], to: schedule.levels[1], into: &b)
    #expect(a == b)
  }
}
