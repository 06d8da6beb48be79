import Glibc
@testable import Pipelines
import Testing

/// The numbers a training draws.
@Suite struct TrainingNumbersTests {
  /// The known answers of Random123, `kat_vectors`.
  @Test func philoxIsRandom123s() {
    let answers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
      (SIMD4(0, 0, 0, 0), SIMD2(0, 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
      (
        SIMD4(repeating: .max), SIMD2(repeating: .max),
        SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
      ),
      (
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
        SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ]
    for (counter, key, answer) in answers { #expect(KeyedRandom.philox(counter, key) == answer) }
  }

  @Test func normalsAreNormal() {
    var random = KeyedRandom(seed: 3, .noise, step: 7)
    let numbers = random.normals(20_000).map(Double.init)
    let mean = numbers.reduce(0, +) / 20_000
    let square = numbers.reduce(0) { $0 + $1 * $1 } / 20_000
    let fourth = numbers.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 20_000
    #expect(abs(mean) < 0.03 && abs(square - 1) < 0.04 && abs(fourth - 3) < 0.3)
  }

  @Test func streamsAreApart() {
    var first: Set<UInt32> = []
    for purpose in [KeyedRandom.Purpose.order, .noise, .timestep] {
      for step in 0..<3 {
        for item in 0..<3 {
          var random = KeyedRandom(seed: 1, purpose, step: step, item: item)
          first.insert(random.bits())
        }
      }
    }
    #expect(first.count == 27)
  }

  /// Quantiles of each sampler: those of 40 000 draws of stable-audio-tools' own.
  @Test(arguments: [
    (TimestepSampler.uniform, [0.1, 0.5, 0.9]), (.logitNormal, [0.2173, 0.5, 0.7827]),
    (.truncatedLogitNormal, [0.2351, 0.5387, 0.8411]), (.logSNR, [0.2038, 0.7685, 0.9773]),
  ])
  func timesAreDistributedAsUpstreams(_ sampler: TimestepSampler, _ quantiles: [Double]) {
    let times = (0..<400).flatMap { step in
      (0..<50).map { sampler.time(seed: 9, step: step, item: $0, of: 50) }
    }.sorted()
    #expect(times.allSatisfy { (0...1).contains($0) })
    for (share, quantile) in zip([0.1, 0.5, 0.9], quantiles) {
      #expect(abs(times[Int(share * 20_000)] - quantile) < 0.015)
    }
  }

  /// Evenly spread shares give times that are distributed as the draws.
  @Test(arguments: [
    (TimestepSampler.uniform, [0.1, 0.5, 0.9]), (.logitNormal, [0.2173, 0.5, 0.7827]),
    (.truncatedLogitNormal, [0.2351, 0.5387, 0.8411]), (.logSNR, [0.2038, 0.7685, 0.9773]),
  ])
  func sharesAreSpreadAsDraws(_ sampler: TimestepSampler, _ quantiles: [Double]) {
    let times = (0..<1000).map { sampler.time(at: (Double($0) + 0.5) / 1000) }.sorted()
    for (share, quantile) in zip([0.1, 0.5, 0.9], quantiles) {
      #expect(abs(times[Int(share * 1000)] - quantile) < 0.01)
    }
  }

  /// By the formulas of the paper, in the signal-to-noise ratio: `min(SNR, γ) / (SNR + 1)` of v; of a rectified
  /// flow `min(SNR, γ)` times what its error makes of the clean latents.
  @Test func weightsAreMinSNRs() {
    for time in [0.05, 0.2, 0.25, 0.5, 0.77, 1] {
      let v = Objective.v.levels(at: time)
      var ratio = pow(v.signal / v.noise, 2)
      #expect(abs(LossWeighting.minSNR.weight(at: v, gamma: 5) - min(ratio, 5) / (ratio + 1)) < 1e-12)
      let flow = Objective.rectifiedFlow.levels(at: time)
      ratio = pow((1 - time) / time, 2)
      #expect(abs(LossWeighting.minSNR.weight(at: flow, gamma: 5) - min(ratio, 5) * time * time) < 1e-12)
      #expect(LossWeighting.none.weight(at: v, gamma: 5) == 1)
    }
    #expect(LossWeighting.minSNR.weight(at: (1, 0), gamma: 5) == 0)
    #expect(abs(LossWeighting.minSNR.weight(at: Objective.v.levels(at: 0.5), gamma: 5) - 0.5) < 1e-12)
  }

  /// Any 64 draws in a row are spread over all 64ths, as those of a Sobol' sequence are from a multiple on.
  @Test func uniformTimesAreSpread() {
    let times = (0..<64).map { TimestepSampler.uniform.time(seed: 4, step: $0 / 16, item: $0 % 16, of: 16) }
    #expect(Set(times.map { Int($0 * 64) }).count == 64)
  }

  @Test func everyEpochDrawsEveryClip() {
    var order = EpochOrder(seed: 2, count: 13)
    let draws = (0..<39).map { order.clip(at: $0) }
    for epoch in 0..<3 { #expect(Set(draws[epoch * 13..<epoch * 13 + 13]) == Set(0..<13)) }
    #expect(Array(draws[0..<13]) != Array(draws[13..<26]))
    var again = EpochOrder(seed: 2, count: 13)
    #expect(again.clip(at: 30) == draws[30])
  }

  @Test func ratesRiseAndFall() {
    var rate = LearningRate()
    (rate.base, rate.warmup, rate.last) = (1, 10, 0.25)
    #expect(rate.rate(at: 0, of: 110) == 0.1)
    #expect(rate.rate(at: 9, of: 110) == 1)
    #expect(abs(rate.rate(at: 60, of: 110) - 0.625) < 1e-12)
    #expect(abs(rate.rate(at: 110, of: 110) - 0.25) < 1e-12)
    rate.course = .constant
    #expect(rate.rate(at: 100, of: 110) == 1)
    (rate.course, rate.inverseGamma, rate.inversePower) = (.inverse, 100, 0.5)
    #expect(abs(rate.rate(at: 310, of: 1000) - 0.5) < 1e-12)
  }

  /// As `ema_pytorch` has it with beta 0.9999, power 3/4 and inv_gamma 1: copies at first, then ever slower.
  @Test func averagesBeginAsCopies() {
    let settings = TrainingSettings()
    #expect((1...3).allSatisfy { settings.averageShare(at: $0) == 1 })
    #expect(abs(settings.averageShare(at: 17) - 0.125) < 1e-12)
    #expect(abs(settings.averageShare(at: 10_000_000) - 1e-4) < 1e-12)
  }
}
