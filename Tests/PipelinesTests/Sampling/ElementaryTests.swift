import Foundation
import Testing

@testable import Pipelines

/// Against the C library's double precision, which is right to the last bit or two.
@Suite struct ElementaryTests {
  static func agree(_ value: Double, _ expected: Double) -> Bool {
    value == expected || (value - expected).magnitude <= 8 * expected.ulp
  }

  @Test func agreesWithTheLibrary() {
    for place in -4000...4000 {
      let x = Double(place) / 173
      #expect(Self.agree(Elementary.exp(x), Foundation.exp(x)))
      #expect(Self.agree(Elementary.expm1(x), Foundation.expm1(x)))
      #expect(Self.agree(Elementary.atan(x), Foundation.atan(x)))
      #expect((Elementary.sin(x) - Foundation.sin(x)).magnitude < 1e-15)
      #expect((Elementary.cos(x) - Foundation.cos(x)).magnitude < 1e-15)
      let y = Foundation.exp(x * 20)
      #expect(Self.agree(Elementary.log(y), Foundation.log(y)))
    }
  }

  @Test func takesTheLimits() {
    #expect(Elementary.log(0.0) == -.infinity)
    #expect(Elementary.log(Double.infinity) == .infinity)
    #expect(Elementary.log(-1.0).isNaN)
    #expect(Elementary.exp(-Double.infinity) == 0)
    #expect(Elementary.exp(Double.infinity) == .infinity)
    #expect(Elementary.exp(Double.nan).isNaN)
    #expect(Elementary.expm1(-Float.infinity) == -1)
    #expect(Elementary.atan(Double.infinity) == .pi / 2)
  }
}
