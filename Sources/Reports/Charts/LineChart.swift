/// Curves over one horizontal axis, in panels one below the other.
struct LineChart {
  var title: String
  /// What the horizontal axis counts.
  var unit: String
  /// Where the horizontal axis ends.
  var width: Double
  var panels: [Panel] = []

  struct Panel {
    var title: String
    /// Points.
    var height: Double
    var axis: Axis
    var curves: [Curve] = []
  }

  struct Curve {
    /// In the legend; `nil` for a curve that goes with another.
    var name: String?
    var points: [(x: Double, y: Double)]
    var colour: Raster.Colour
    var style: Style
  }

  enum Style {
    /// Every value, pale: how far they spread.
    case faint
    case bold
    /// Few values, each marked.
    case marked
  }
}

extension LineChart {
  fileprivate enum Layout {
    static let width = 820.0
    static let left = 58.0
    static let right = 22.0
    static let head = 50.0
    static let gap = 36.0
    static let foot = 44.0
    static let grid = Drawing.Stroke(colour: .init(red: 226, green: 228, blue: 232))
    static let frame = Drawing.Stroke(colour: .init(red: 150, green: 154, blue: 162))
    static let quiet = Drawing.Face(colour: .init(red: 96, green: 100, blue: 108))
  }

  /// The chart as a picture.
  var drawing: Drawing {
    let heights = panels.reduce(0) { $0 + $1.height + Layout.gap } - Layout.gap
    var drawing = Drawing(
      width: Int(Layout.width), height: Int(Layout.head + heights + Layout.foot))
    drawing.add(.words(title, .init(x: Layout.left, y: 20), .left, .init(isBold: true)))
    let across = Axis(range: 0...max(width, 1), scale: .linear)
    var y = Layout.head
    for (index, panel) in panels.enumerated() {
      drawing.add(.words(panel.title, .init(x: Layout.left, y: y - 8), .left, Layout.quiet))
      drawing.drawGrid(of: panel, across, y: y, isLast: index == panels.count - 1)
      for curve in panel.curves { drawing.draw(curve, panel.axis, across, y: y, height: panel.height) }
      drawing.drawLegend(of: panel.curves, y: y - 8)
      y += panel.height + Layout.gap
    }
    drawing.add(
      .words(
        unit, .init(x: (Layout.left + Layout.width - Layout.right) / 2, y: y - Layout.gap + 36), .center,
        Layout.quiet))
    return drawing
  }
}

extension Drawing {
  fileprivate typealias Layout = LineChart.Layout

  fileprivate func x(_ value: Double, _ axis: Axis) -> Double {
    Layout.left + axis.place(of: value) * (Layout.width - Layout.left - Layout.right)
  }

  fileprivate mutating func drawGrid(of panel: LineChart.Panel, _ across: Axis, y: Double, isLast: Bool) {
    let (right, bottom) = (Layout.width - Layout.right, y + panel.height)
    for tick in panel.axis.ticks(max(2, Int(panel.height / 50))) {
      let place = bottom - panel.axis.place(of: tick) * panel.height
      add(.line([.init(x: Layout.left, y: place), .init(x: right, y: place)], Layout.grid))
      add(.words(tick.tick, .init(x: Layout.left - 8, y: place + 4), .right, Layout.quiet))
    }
    for tick in across.ticks(8) {
      let place = x(tick, across)
      add(.line([.init(x: place, y: y), .init(x: place, y: bottom)], Layout.grid))
      if isLast { add(.words(tick.tick, .init(x: place, y: bottom + 18), .center, Layout.quiet)) }
    }
    add(.line([.init(x: Layout.left, y: bottom), .init(x: right, y: bottom)], Layout.frame))
  }

  fileprivate mutating func draw(
    _ curve: LineChart.Curve, _ axis: Axis, _ across: Axis, y: Double, height: Double
  ) {
    let points = curve.points.map {
      Point(x: x($0.x, across), y: y + height * (1 - axis.place(of: $0.y)))
    }
    switch curve.style {
    case .faint: add(.line(points, Stroke(colour: curve.colour, opacity: 0.3)))
    case .bold: add(.line(points, Stroke(colour: curve.colour, width: 2)))
    case .marked:
      add(.line(points, Stroke(colour: curve.colour, opacity: 0.6)))
      for point in points { add(.dot(point, radius: 3, curve.colour)) }
    }
  }

  /// Names the curves from the right edge on, each behind a dot of its colour.
  fileprivate mutating func drawLegend(of curves: [LineChart.Curve], y: Double) {
    var place = Layout.width - Layout.right
    for curve in curves.reversed() {
      guard let name = curve.name else { continue }
      add(.words(name, .init(x: place, y: y), .right, Layout.quiet))
      place -= Double(name.count) * 6.6 + 10
      add(.dot(.init(x: place, y: y - 4), radius: 3.5, curve.colour))
      place -= 18
    }
  }
}
