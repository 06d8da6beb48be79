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
}
