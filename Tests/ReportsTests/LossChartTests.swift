import Glibc
import Tensors
import Testing

@testable import Reports

@Suite struct LossChartTests {
  /// A loss that falls to a hundredth, with noise that is the same every time.
  private static func chart(_ count: Int) -> LossChart {
    let steps = (1...max(count, 1)).prefix(count).map { step in
      let share = Double(step) / Double(count)
      let loss = pow(0.01, share) * (1 + 0.3 * sin(Double(step) * 12.9898))
      return LossChart.Step(step: step, loss: loss, learningRate: 1e-4 * (1 - share))
    }
    let validations = stride(from: 0, through: count, by: max(1, count / 8)).map {
      LossChart.Validation(step: $0, loss: 1.1 * pow(0.01, Double($0) / Double(max(count, 1))))
    }
    return LossChart(length: 20_000, steps: steps, validations: validations)
  }

  @Test(arguments: [
    (0.0...1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0...20_000, [0, 5000, 10_000, 15_000, 20_000]),
    (0.31...0.47, [0.35, 0.4, 0.45]), (0...1e-4, [0, 2e-5, 4e-5, 6e-5, 8e-5, 1e-4]),
  ])
  func linearTicksAreRound(range: ClosedRange<Double>, ticks: [Double]) {
    #expect(Axis(range: range, scale: .linear).ticks(5) == ticks)
  }

  @Test(arguments: [
    (0.009...1.3, [0.01, 0.03, 0.1, 0.3, 1]), (0.15...1.2, [0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1]),
    (1e-6...2.0, [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]),
  ])
  func logarithmicTicksAreRound(range: ClosedRange<Double>, ticks: [Double]) {
    #expect(Axis(range: range, scale: .logarithmic).ticks(5) == ticks)
  }

  @Test func ticksAreShort() {
    #expect(
      [0, 0.25, 1, 500, 20_000, 2_500_000, 1e-4, 2.5e-5, -0.5].map(\.tick)
        == ["0", "0.25", "1", "500", "20k", "2.5M", "1e-4", "2.5e-5", "-0.5"])
  }

  /// Equal ratios are equally far apart, and nothing lies outside.
  @Test func placesFollowTheScale() {
    let axis = Axis(range: 0.01...1, scale: .logarithmic)
    #expect(abs(axis.place(of: 0.1) - 0.5) < 1e-12)
    #expect(axis.place(of: 0) == 0 && axis.place(of: 7) == 1)
    #expect(Axis.scale(from: 0.1, to: 0.5) == .linear && Axis.scale(from: 0.01, to: 0.5) == .logarithmic)
    for values in [[], [3], [0, 0], [-2, 5]] as [[Double]] {
      let axis = Axis(values, scale: .logarithmic)
      #expect(values.allSatisfy { (0...1).contains(axis.place(of: $0)) } && !axis.ticks(5).isEmpty)
    }
  }

  /// An outlier is still seen in the envelope, and the mean is not moved in time.
  @Test func curvesKeepWhatMatters() {
    var points = (0..<10_000).map { (x: Double($0), y: Double($0)) }
    points[5003].y = 1e6
    let envelope = Curves.envelope(points, columns: 100)
    #expect(envelope.count == 200 && envelope.map(\.y).max() == 1e6)
    #expect(zip(envelope, envelope.dropFirst()).allSatisfy { $0.x < $1.x })
    let smooth = Curves.smoothed((0..<100).map { (x: Double($0), y: Double($0)) }, over: 11)
    #expect(smooth[50].y == 50 && smooth[0].y == 2.5)
    let thin = Curves.thinned(smooth, columns: 7)
    #expect(thin.count == 7 && thin.last?.x == 99)
  }

  @Test func drawsBothCurves() throws {
    let svg = Self.chart(4000).svg
    #expect(svg.count < 60_000)
    for text in [
      "after 4000 of 20000 steps", ">training 0.0", ">validation 0.011<", ">learning rate<", ">20k<",
    ] {
      #expect(svg.contains(text), "\(text)")
    }
    // Nine validations, and two names in the legend.
    #expect(svg.split(separator: "<circle ").count == 1 + 9 + 2)
    #expect(svg == Self.chart(4000).svg)
  }

  @Test(arguments: [0, 1, 2]) func hasAPictureOfHardlyAnything(count: Int) throws {
    let chart = Self.chart(count)
    #expect(chart.svg.hasPrefix("<svg xmlns=") && chart.svg.hasSuffix("</svg>\n"))
    #expect(!chart.svg.contains("nan") && !chart.svg.contains("inf"))
    #expect(try chart.png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  /// What a line covers is painted once: its joints are not darker.
  @Test func linesAreSmoothAndEven() {
    var drawing = Drawing(width: 20, height: 10)
    let points = [2.0, 10, 6, 18].map { Drawing.Point(x: $0, y: 5) }
    drawing.add(.line(points, .init(colour: .init(red: 0, green: 0, blue: 0), width: 2, opacity: 0.5)))
    let raster = Raster(drawing, scale: 1)
    #expect((3..<17).allSatisfy { raster[$0, 4].red == 128 && raster[$0, 5].red == 128 })
    #expect((0..<20).allSatisfy { raster[$0, 2].red == 255 })
  }
}
