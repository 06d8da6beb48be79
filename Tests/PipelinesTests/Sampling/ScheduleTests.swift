import Tensors
import Testing

@testable import Pipelines

@Suite struct ScheduleTests {
  @Test func polyexponentialIsUpstreams() {
    let schedule = Schedule.polyexponential(steps: 8, from: 500, to: 0.3)
    let recorded: [Float] = [
      500.000061, 173.263046, 60.0401573, 20.8054676, 7.20964193, 2.49832821, 0.865735769, 0.299999982, 0,
    ]
    #expect(schedule.levels == recorded)
    let bent = Schedule.polyexponential(steps: 8, from: 500, to: 0.3, rho: 2).levels
    let recordedBent: [Float] = [
      500.000061, 69.8544083, 13.2105732, 3.38184261, 1.17189717, 0.549704552, 0.349038452, 0.299999982, 0,
    ]
    for (level, expected) in zip(bent, recordedBent) {
      #expect((level - expected).magnitude <= expected.ulp)
    }
    let times: [Float] = [
      0.998726726, 0.996325731, 0.989397705, 0.969424784, 0.912258625, 0.757615209, 0.454265654, 0.185547143,
    ]
    #expect(recorded.dropLast().map { VDenoiser(sigma: $0).time } == times)
  }

  @Test func logSNRIsUpstreams() {
    #expect(
      Schedule.logSNR(steps: 8, from: 1).levels == [
        1, 0.993307173, 0.982013762, 0.952574134, 0.880797029, 0.731058598, 0.5, 0.268941432, 0,
      ])
    #expect(
      Schedule.logSNR(steps: 8, from: 0.6).levels == [
        0.600000024, 0.526171207, 0.451180428, 0.378343463, 0.310610205, 0.250123978, 0.19803296, 0.154554486,
        0,
      ])
  }

  @Test func everyBitOfLongSchedulesIsUpstreams() {
    let sigmas = Schedule.polyexponential(steps: 100, from: 500, to: 0.3)
    #expect(fingerprint(sigmas.levels) == 0x9431_875D_A090_D669)
    #expect(fingerprint(Schedule.logSNR(steps: 50, from: 1).levels) == 0x17E8_512A_91FE_0DB8)
    #expect(fingerprint(Schedule.linear(steps: 100, from: 1).levels) == 0x6588_A0F2_8C2D_211B)
  }

  @Test func linearEndsAtZero() {
    #expect(Schedule.linear(steps: 4, from: 1).levels == [1, 0.75, 0.5, 0.25, 0])
    #expect(Schedule.linear(steps: 4, from: 1).steps == 4)
  }

  @Test(arguments: [
    (SamplingSettings(steps: 0), "v-ddim", "0 steps are asked for, but a sampler takes 1 to 100000"),
    (SamplingSettings(steps: 2, eta: 1.5), "v-ddim", "eta is 1.5, but it lies in 0...1"),
    (
      SamplingSettings(steps: 2, highest: 500), "dpmpp",
      "the highest noise level is 500.0, but dpmpp begins at a t in (0, 1]"
    ),
    (
      SamplingSettings(steps: 2, highest: .nan), "euler",
      "the highest noise level is nan, but it is a number above 0"
    ),
    (
      SamplingSettings(steps: 2, highest: 1, lowest: 2), "dpmpp-2m",
      "the noise levels run from 1.0 to 2.0, but they fall and lie in 0.000001...1000000000"
    ),
    (
      SamplingSettings(steps: 2, highest: 9, lowest: 1, rho: 0), "dpmpp-2m",
      "rho is 0.0, but it lies above 0 and at most at 100"
    ),
  ])
  func refuses(settings: SamplingSettings, sampler: String, message: String) throws {
    let refusal = #expect(throws: Diagnostic.self) { try Sampler.named(sampler).schedule(settings) }
    #expect(refusal?.message.text == message)
    #expect(refusal?.kind == .usage)
  }
}
