import Tensors
import Testing

@testable import Pipelines

/// Values recorded from torch 2.13 (AVX2 and AVX-512), NumPy 2.4 and torchsde 0.2.6.
@Suite struct NoiseTests {
  @Test func normalsAreTorchs() {
    var generator = TorchGenerator(seed: 42)
    let recorded: [Float] = [
      1.92691529, 1.48728406, 0.900717199, -2.10552096, -0.758131146, 1.07831764, 0.800800562, 1.68062055,
      0.355859905, -0.686622977, -0.493356347, 0.241487786, -0.23162432, 0.041759491, -0.251575291,
      0.859858513, -0.309726775, -0.395710498, 0.803409338, -0.621595383,
    ]
    #expect(generator.normals(20) == recorded)
  }

  @Test func everyBitOfALongRowIsTorchs() {
    var generator = TorchGenerator(seed: 42)
    #expect(fingerprint(generator.normals(65536)) == 0x5131_CFAC_4932_9643)
  }

  @Test func shortRowsShareTheirPairs() {
    var generator = TorchGenerator(seed: 5)
    #expect(
      generator.normals(5) == [-0.486780763, -0.603821576, -0.55809623, 0.667524278, -0.197415099])
    #expect(generator.normals(3) == [1.94278347, -1.40170205, -0.762557149])
    #expect(generator.uniforms(3) == [0.980926931, 0.650158644, 0.0566338897])
  }

  @Test func integersFollowTheNormals() {
    var generator = TorchGenerator(seed: 1234)
    #expect(generator.normals(256).prefix(3) == [-0.111718565, -0.496590108, 0.163073704])
    #expect(generator.integer() == 1_352_931_073_112_529_895)
    generator = TorchGenerator(seed: 1234)
    #expect(generator.integer() == 3_532_910_284_440_527_571)
  }

  @Test func seedSequenceIsNumPys() {
    #expect(SeedSequence(entropy: 42).state(3) == [387_750_627, 2_536_650_517, 4_078_839_648])
    let nodes: [([UInt64], UInt32)] = [
      ([0, 0], 2_102_017_995), ([0, 1], 2_358_011_247), ([1, 1], 1_058_881_542), ([2, 2], 4_035_801_593),
    ]
    for (key, seed) in nodes { #expect(SeedSequence(entropy: 42, spawnKey: key).state(4)[0] == seed) }
    #expect(
      SeedSequence(entropy: 1 << 40 + 5, spawnKey: [1 << 33 + 1, 3]).state(4)
        == [1_177_291_519, 2_787_173_700, 1_903_640_674, 4_034_921_699])
  }

  @Test func roundsTimesAsPython() {
    let rounded: [(Double, Double)] = [
      (0.0000005, 0), (0.0000015, 0.000002), (1.0000005, 1.000001), (250.1234565, 250.123457),
      (2.5e-6, 3e-6), (0.1234565, 0.123456), (499.9999995, 500), (500.00006103515625, 500.000061),
      (1e300, 1e300),
    ]
    for (time, expected) in rounded { #expect(BrownianTree.rounded(time) == expected) }
  }

  static let steps: [[Float]] = [
    [-0.948932469, -0.201979518, 0.637141228], [-0.677052855, 0.156873107, -0.840386391],
    [-0.52755326, 0.444549024, 0.113378964], [-0.185922623, -0.536389709, 0.802570164],
    [1.25705266, -1.70698941, -1.38641107], [-1.01464939, -0.208497733, 0.484717786],
    [1.42219579, 0.329668194, -0.300402611],
  ]

  @Test func brownianNoiseIsTorchsdes() throws {
    let schedule = Schedule.polyexponential(steps: 8, from: 500, to: 0.3)
    var noise = BrownianNoise(seed: 42, over: schedule, count: 32)
    var row = [Float](repeating: 0, count: 32)
    for (step, expected) in Self.steps.enumerated() {
      try noise.next(from: schedule.levels[step], to: schedule.levels[step + 1], into: &row)
      #expect(Array(row.prefix(3)) == expected)
    }
  }

  @Test func brownianNoiseDependsOnNoEarlierQuery() throws {
    let schedule = Schedule.polyexponential(steps: 8, from: 500, to: 0.3)
    var noise = BrownianNoise(seed: 42, over: schedule, count: 32)
    var row = [Float](repeating: 0, count: 32)
    for step in [6, 1, 4, 1] {
      try noise.next(from: schedule.levels[step], to: schedule.levels[step + 1], into: &row)
      #expect(Array(row.prefix(3)) == Self.steps[step])
    }
  }

  @Test func brownianNoiseTakesWideSeedsAndShortRows() throws {
    let schedule = Schedule.polyexponential(steps: 8, from: 500, to: 0.3)
    var noise = BrownianNoise(seed: 1 << 40 + 5, over: schedule, count: 6)
    var row = [Float](repeating: 0, count: 6)
    try noise.next(from: schedule.levels[2], to: schedule.levels[3], into: &row)
    #expect(row == [0.581241846, -0.974357426, -1.61127818, 0.971542239, -0.673644781, 0.728858829])
  }

  @Test func fixedNoiseRunsOut() throws {
    var noise = FixedNoise([[1, 2], [3]])
    var row: [Float] = [0, 0]
    try noise.next(from: 2, to: 1, into: &row)
    #expect(row == [1, 2])
    let long = #expect(throws: Diagnostic.self) { try noise.next(from: 1, to: 0.5, into: &row) }
    #expect(long?.message == "the recorded noise has 1 elements, but the latents have 2")
    let empty = #expect(throws: Diagnostic.self) { try noise.next(from: 1, to: 0.5, into: &row) }
    #expect(empty?.message == "no recorded noise is left for the step from 1.0 to 0.5")
  }
}
