extension SpectrogramPNG {
  /// Moments that are marked by ticks, in a row that has their name.
  package struct Marks: Sendable {
    let name: String
    /// Seconds.
    let times: [Double]
    /// Of Okabe and Ito, whose colours the colour-blind tell apart.
    let ink: Raster.Colour
    /// Whether dotted lines lead from the ticks through the spectrograms.
    let isDrawnThrough: Bool

    /// When something is seen to strike.
    package static func seen(at times: [Double]) -> Marks {
      Marks(
        name: "seen", times: times, ink: Raster.Colour(red: 0, green: 114, blue: 178), isDrawnThrough: true)
    }

    /// When the sound is heard to be struck.
    package static func heard(at times: [Double]) -> Marks {
      Marks(
        name: "heard", times: times, ink: Raster.Colour(red: 213, green: 94, blue: 0), isDrawnThrough: false)
    }
  }
}

extension Raster {
  private typealias Layout = SpectrogramPNG.Layout

  /// A row of ticks, its name at the left.
  mutating func drawTicks(
    _ marks: SpectrogramPNG.Marks, duration: Double, y: Int
  ) {
    write(marks.name, x: Layout.left - 8, y: y + 3, anchor: .right, marks.ink)
    fill(x: Layout.left..<Layout.left + Layout.width, y: y + 12..<y + 13, marks.ink)
    for x in places(of: marks, in: duration) { fill(x: x - 1..<x + 2, y: y..<y + 12, marks.ink) }
  }

  /// Dotted lines from the upper edge of a spectrogram to the lower.
  mutating func drawLines(_ marks: SpectrogramPNG.Marks, through plot: Spectrogram, y: Int) {
    for x in places(of: marks, in: plot.duration) {
      for dot in stride(from: y, to: y + Layout.height, by: 4) {
        fill(x: x..<x + 1, y: dot..<dot + 2, .white)
      }
    }
  }

  private func places(of marks: SpectrogramPNG.Marks, in duration: Double) -> [Int] {
    marks.times.filter { $0 >= 0 && $0 < duration }.map {
      Layout.left + Int(($0 / duration * Double(Layout.width)).rounded())
    }
  }
}
