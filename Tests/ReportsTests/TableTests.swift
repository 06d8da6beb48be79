import Tensors
import Testing

@testable import Reports

@Suite struct TableTests {
  @Test(
    arguments: [
      (0, "0"), (7, "7"), (999, "999"), (999.4, "999"), (999.6, "1.00 k"), (1234, "1.23 k"),
      (12_345, "12.3 k"),
      (123_456, "123 k"), (999_499, "999 k"), (999_500, "1.00 M"), (4.56e12, "4.56 T"), (2.5e21, "2500 E"),
    ] as [(Double, String)])
  func amounts(value: Double, text: String) { #expect("\(Amount(value))" == text) }

  @Test(arguments: [
    (1.0, 0, "1"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-1.25, 2, "-1.25"), (12.999, 2, "13.00"),
    (0.007, 3, "0.007"),
    (.nan, 1, "-"), (.infinity, 0, "-"),
  ])
  func decimals(value: Double, decimals: Int, text: String) {
    #expect(value.text(decimals: decimals) == text)
  }

  @Test func columnsAlignAndControlsAreEscaped() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.append("a\u{1B}[31m", "1")
    table.append("bc", "1,024")
    #expect(table.text == "name             n\na\\u{1b}[31m      1\nbc           1,024\n")
  }

  @Test func totalsSumByType() {
    var totals: [(element: DType, count: Int, bytes: Int)] = []
    totals.add(TensorType(.f32, shape: [2, 3]))
    totals.add(TensorType(.f16, shape: [4]))
    totals.add(TensorType(.f32, shape: []))
    #expect(totals.text == "11 in 36 B (f32 28 B, f16 8 B)")
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1.00"), (-0.0125, "-0.0125"), (999.6, "1000"), (12345, "1.23e+04"),
      (9.999e-7, "1.00e-06"),
      (1.25e-5, "1.25e-05"), (.infinity, "inf"), (2e-300, "2.00e-300"), (1e300, "1.00e+300"),
    ] as [(Double, String)])
  func scientific(value: Double, text: String) { #expect(value.scientific() == text) }

  private func groups(_ rows: [[Name]]) -> [String] {
    NumberedNames.groups(of: rows).map { "\($0.texts.joined(separator: " -> ")) \($0.rows)" }
  }

  @Test func namesFoldByNumbersInStep() {
    #expect(
      groups([["a.0.w", "b.0"], ["c"], ["a.1.w", "b.1"], ["a.2.w", "b.2"]]) == [
        "a.0-2.w -> b.0-2 [0, 2, 3]", "c [1]",
      ])
    // Not all that the ranges would say.
    #expect(groups([["a.0.1"], ["a.1.0"], ["a.1.1"]]) == ["a.0.1 [0]", "a.1.0-1 [1, 2]"])
    #expect(groups([["a.0", "b.1"], ["a.1", "b.0"]]) == ["a.0 -> b.1 [0]", "a.1 -> b.0 [1]"])
    #expect(groups([["x.07"], ["x.7"], ["x.-1"]]) == ["x.07 [0]", "x.7 [1]", "x.-1 [2]"])
  }
}
