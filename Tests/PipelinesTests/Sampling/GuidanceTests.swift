import Foundation
import Tensors
import Testing

@testable import Pipelines

@Suite struct GuidanceTests {
  let conditional = (0..<12).map { sinf(Float($0)) }
  let unconditional = (0..<12).map { cosf(Float($0)) }

  @Test func combinesAsUpstream() throws {
    let guided = try Guidance(scale: 7).combine(
      conditional: conditional, unconditional: unconditional, channels: 3)
    let recorded: [Float] = [
      -6.0, 2.64848256, 8.86196232, 6.92779446, -1.37575579, -8.41444397, -7.71692991, 0.07549262, 7.79850769,
      8.35161114, 1.22628117, -7.02648544,
    ]
    #expect(relativeError(guided, recorded) < 5e-7)
  }

  @Test func rescalesEveryFrameOverItsChannels() throws {
    let guided = try Guidance(scale: 7, rescale: 0.7).combine(
      conditional: conditional, unconditional: unconditional, channels: 3)
    let recorded: [Float] = [
      -2.32366133, 0.99905211, 3.23726821, 2.66765404, -0.53279841, -3.17406940, -2.81898856, 0.02906960,
      3.02018166, 3.15036798, 0.44795960, -2.70565653,
    ]
    #expect(relativeError(guided, recorded) < 1e-6)
  }

  @Test func keepsFramesWithoutSpread() throws {
    let guided = try Guidance(scale: 2, rescale: 1).combine(
      conditional: [1, 1], unconditional: [0, 0], channels: 2)
    #expect(guided == [2, 2])
    #expect(!Guidance(scale: 1).isActive)
    #expect(Guidance(scale: 2).isActive)
  }

  @Test func refusesOtherShapes() {
    let lengths = #expect(throws: Diagnostic.self) {
      try Guidance(scale: 2).combine(conditional: [1], unconditional: [1, 2], channels: 1)
    }
    #expect(lengths?.message == "the conditional prediction has 1 values, the unconditional one 2")
    let channels = #expect(throws: Diagnostic.self) {
      try Guidance(scale: 2).combine(conditional: [1], unconditional: [1], channels: 2)
    }
    #expect(channels?.message == "a prediction of 1 values does not fill 2 channels")
  }
}
