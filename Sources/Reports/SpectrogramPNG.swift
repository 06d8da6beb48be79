package import Tensors

/// A picture of a sound: a spectrogram a channel, one under the other, with axes in seconds and hertz and a
/// scale in dB of full scale; above them rows of ticks at marked moments.
package enum SpectrogramPNG {
  /// Puts the picture of `channels` (samples of each, full scale ±1) at `path` as PNG.
  ///
  /// Throws iff there is no channel or no sample, or `path` cannot be written; what was there is then
  /// untouched.
  package static func write(channels: [[Float]], sampleRate: Int, marks: [Marks] = [], to path: String)
    throws(Diagnostic)
  {
    try AtomicFile.write(try encode(channels: channels, sampleRate: sampleRate, marks: marks), to: path)
  }

  /// The bytes of the file that `write` makes.
  package static func encode(channels: [[Float]], sampleRate: Int, marks: [Marks] = []) throws(Diagnostic)
    -> [UInt8]
  {
    guard sampleRate > 0, (1...8).contains(channels.count), channels.allSatisfy({ !$0.isEmpty }) else {
      throw .nothingToDraw(channels.map(\.count), sampleRate)
    }
    let plots = channels.map {
      Spectrogram(of: $0, sampleRate: sampleRate, columns: Layout.width, rows: Layout.height)
    }
    return try PNG.encode(draw(plots, marks))
  }

  enum Layout {
    static let width = 960
    static let height = 256
    static let left = 52
    static let right = 76
    static let upper = 20
    /// Of a row of ticks.
    static let row = 16
    static let gap = 24
    static let lower = 32
    /// dB from the darkest to the lightest colour.
    static let range = 80.0
  }

  static func draw(_ plots: [Spectrogram], _ marks: [Marks]) -> Raster {
    let heights = plots.count * (Layout.height + Layout.gap) - Layout.gap
    let upper = Layout.upper + marks.count * Layout.row
    var raster = Raster(
      width: Layout.left + Layout.width + Layout.right, height: upper + heights + Layout.lower)
    let loudest = plots.compactMap { $0.decibels.max() }.max() ?? 0
    let top = max((loudest / 10).rounded(.up) * 10, -120)
    for (index, plot) in plots.enumerated() {
      let y = upper + index * (Layout.height + Layout.gap)
      for row in 0..<plot.rows {
        for column in 0..<plot.columns {
          let level = (plot.decibels[row * plot.columns + column] - top) / Layout.range + 1
          raster[Layout.left + column, y + row] = ColourMap.colour(at: level)
        }
      }
      raster.write(name(index, of: plots.count), x: Layout.left, y: y - 11)
      raster.drawPitches(of: plot, y: y)
      raster.drawTimes(of: plot, y: y + Layout.height, isLabelled: index == plots.count - 1)
      for marks in marks where marks.isDrawnThrough { raster.drawLines(marks, through: plot, y: y) }
    }
    raster.drawScale(top: top, y: upper)
    for (index, marks) in marks.enumerated() {
      raster.drawTicks(marks, duration: plots.first?.duration ?? 0, y: 4 + index * Layout.row)
    }
    return raster
  }

  private static func name(_ channel: Int, of count: Int) -> String {
    switch count {
    case 1: ""
    case 2: channel == 0 ? "left" : "right"
    default: "channel \(channel + 1)"
    }
  }
}

extension Raster {
  fileprivate typealias Layout = SpectrogramPNG.Layout

  /// Marks and names round frequencies at the left edge.
  fileprivate mutating func drawPitches(of plot: Spectrogram, y: Int) {
    for hertz in [100, 250, 500, 1000, 2000, 4000, 8000, 16000] where Double(hertz) < plot.top * 0.97 {
      let place = y + Int((Double(Layout.height) * (1 - plot.height(of: Double(hertz)))).rounded())
      fill(x: Layout.left - 5..<Layout.left, y: place..<place + 1, .ink)
      let text = hertz < 1000 ? "\(hertz)" : "\(hertz / 1000)k"
      write(text, x: Layout.left - 8, y: place - 3, anchor: .right)
    }
    write("Hz", x: Layout.left - 8, y: y - 11, anchor: .right)
  }

  /// Marks round moments at the lower edge.
  fileprivate mutating func drawTimes(of plot: Spectrogram, y: Int, isLabelled: Bool) {
    let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]
    let step = steps.first { plot.duration / $0 <= 12 } ?? 7200
    let count = min(Int(plot.duration / step), 100)
    for index in 0...count {
      let moment = Double(index) * step
      let x = Layout.left + Int((moment / plot.duration * Double(Layout.width)).rounded())
      fill(x: x..<x + 1, y: y..<y + 5, .ink)
      guard isLabelled else { continue }
      let places = step < 0.1 ? 100.0 : step < 1 ? 10.0 : 1
      let rounded = (moment * places).rounded() / places
      write(places == 1 ? "\(Int(rounded))" : "\(rounded)", x: x, y: y + 9, anchor: .center)
    }
    if isLabelled { write("s", x: Layout.left + Layout.width + 18, y: y + 9) }
  }

  /// The colours and their dB at the right edge, as high as one plot.
  fileprivate mutating func drawScale(top: Double, y: Int) {
    let x = Layout.left + Layout.width + 16
    for row in 0..<Layout.height {
      let colour = ColourMap.colour(at: 1 - Double(row) / Double(Layout.height - 1))
      fill(x: x..<x + 12, y: y + row..<y + row + 1, colour)
    }
    for step in stride(from: 0.0, through: Layout.range, by: 20) {
      let place = y + Int((step / Layout.range * Double(Layout.height - 1)).rounded())
      fill(x: x + 12..<x + 16, y: place..<place + 1, .ink)
      write("\(Int(top - step))", x: x + 19, y: place - 3)
    }
    write("dB", x: x, y: y - 11)
  }
}

extension Diagnostic {
  fileprivate static func nothingToDraw(_ lengths: [Int], _ rate: Int) -> Diagnostic {
    Diagnostic(
      "channels of \(lengths) samples at \(rate) Hz cannot be drawn; expected 1 to 8 channels with samples"
    )
  }
}
