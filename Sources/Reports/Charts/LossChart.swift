package import Tensors

/// The course of a training: the loss of every step and smoothed, that on clips for validation, and the learning rate.
package struct LossChart: Sendable {
  /// Steps the training is to have.
  package var length: Int
  package var steps: [Step]
  package var validations: [Validation]

  package struct Step: Hashable, Sendable {
    package var step: Int
    package var loss: Double
    package var learningRate: Double

    package init(step: Int, loss: Double, learningRate: Double) {
      (self.step, self.loss, self.learningRate) = (step, loss, learningRate)
    }
  }

  package struct Validation: Hashable, Sendable {
    package var step: Int
    package var loss: Double

    package init(step: Int, loss: Double) { (self.step, self.loss) = (step, loss) }
  }

  package init(length: Int, steps: [Step], validations: [Validation]) {
    (self.length, self.steps, self.validations) = (length, steps, validations)
  }

  /// The chart as an SVG document. The same numbers make the same bytes.
  package var svg: String { chart.drawing.svg }

  /// The chart as a PNG file, two pixels a point.
  package func png() throws(Diagnostic) -> [UInt8] { try PNG.encode(Raster(chart.drawing, scale: 2)) }
}

extension LossChart {
  private static let blue = Raster.Colour(red: 0, green: 114, blue: 178)
  private static let orange = Raster.Colour(red: 213, green: 94, blue: 0)
  private static let green = Raster.Colour(red: 0, green: 158, blue: 115)

  /// Places that a curve of many steps is drawn at.
  private static let columns = 740

  private var chart: LineChart {
    let steps = steps.filter { $0.loss.isFinite && $0.learningRate.isFinite }
    let losses = steps.map { (x: Double($0.step), y: $0.loss) }
    let smooth = Curves.smoothed(losses, over: max(5, losses.count / 40))
    let watched = validations.filter(\.loss.isFinite).map { (x: Double($0.step), y: $0.loss) }
    var chart = LineChart(
      title: "after \(steps.last?.step ?? 0) of \(length) steps", unit: "step", width: Double(length))
    // A few steps far off are not worth the room.
    let spread = losses.map(\.y).sorted()
    let ends = [spread.dropFirst(spread.count / 100).first, spread.dropLast(spread.count / 100).last]
    let shown = ends.compactMap(\.self) + smooth.map(\.y) + watched.map(\.y)
    let scale = Axis.scale(from: shown.min() ?? 0, to: shown.max() ?? 0)
    var loss = LineChart.Panel(title: "loss", height: 300, axis: Axis(shown, scale: scale))
    loss.curves = [
      .init(points: Curves.envelope(losses, columns: Self.columns), colour: Self.blue, style: .faint),
      .init(
        name: Self.named("training", smooth.last?.y),
        points: Curves.thinned(smooth, columns: Self.columns), colour: Self.blue, style: .bold),
    ]
    if !watched.isEmpty {
      loss.curves.append(
        .init(
          name: Self.named("validation", watched.last?.y), points: watched, colour: Self.orange,
          style: .marked))
    }
    let rates = steps.map { (x: Double($0.step), y: $0.learningRate) }
    let rate = LineChart.Panel(
      title: "learning rate", height: 72, axis: Axis(rates.map(\.y) + [0]),
      curves: [
        .init(points: Curves.thinned(rates, columns: Self.columns), colour: Self.green, style: .bold)
      ])
    chart.panels = [loss, rate]
    return chart
  }

  /// The name with the last value, to three digits.
  private static func named(_ name: String, _ value: Double?) -> String {
    guard let value, value.isFinite, value != 0 else { return name }
    var scale = 1.0
    while value.magnitude * scale < 100, scale < 1e9 { scale *= 10 }
    return "\(name) \((value * scale).rounded() / scale)"
  }
}
