extension Raster {
  /// The picture painted, `scale` pixels a point; lines and dots have smooth edges.
  init(_ drawing: Drawing, scale: Int) {
    self.init(width: drawing.width * scale, height: drawing.height * scale)
    let factor = Double(scale)
    for shape in drawing.shapes {
      switch shape {
      case .line(let points, let stroke):
        let places = points.map { Drawing.Point(x: $0.x * factor, y: $0.y * factor) }
        paint(places, stroke.width * factor, stroke.colour, stroke.opacity)
      case .dot(let center, let radius, let colour):
        let place = Drawing.Point(x: center.x * factor, y: center.y * factor)
        paint([place, place], radius * 2 * factor, colour, 1)
      case .words(let text, let place, let anchor, let face):
        let y = Int((place.y * factor).rounded()) - PixelFont.height * scale
        let x = Int((place.x * factor).rounded())
        write(text, x: x, y: y, anchor: anchor, scale: scale, face.colour)
        // Once more, one pixel on, is bold.
        if face.isBold { write(text, x: x + 1, y: y, anchor: anchor, scale: scale, face.colour) }
      }
    }
  }

  /// Paints the line through `points` with round ends, every pixel once, however often the line covers it.
  private mutating func paint(_ points: [Drawing.Point], _ width: Double, _ colour: Colour, _ opacity: Double)
  {
    let (columns, rows) = (
      pixels(points.map(\.x), width, of: self.width), pixels(points.map(\.y), width, of: height)
    )
    var covered = [Double](repeating: 0, count: columns.count * rows.count)
    for (start, end) in zip(points, points.dropFirst()) {
      for y in pixels([start.y, end.y], width, of: height) {
        for x in pixels([start.x, end.x], width, of: self.width) {
          let center = Drawing.Point(x: Double(x) + 0.5, y: Double(y) + 0.5)
          let share = min(1, max(0, width / 2 + 0.5 - center.distance(to: start, end)))
          let place = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
          covered[place] = max(covered[place], share)
        }
      }
    }
    for (place, share) in covered.enumerated() where share > 0 {
      let (x, y) = (columns.lowerBound + place % columns.count, rows.lowerBound + place / columns.count)
      self[x, y] = self[x, y].mixed(with: colour, share * opacity)
    }
  }

  /// The pixels of `count` that a line of `width` through `places` may touch.
  private func pixels(_ places: [Double], _ width: Double, of count: Int) -> Range<Int> {
    let reach = width / 2 + 1
    let first = Int(min(max((places.min() ?? 0) - reach, 0), Double(count)))
    return first..<max(first, Int(min(max((places.max() ?? 0) + reach + 1, 0), Double(count))))
  }
}

extension Drawing.Point {
  /// To the nearest point between `start` and `end`.
  fileprivate func distance(to start: Self, _ end: Self) -> Double {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let square = dx * dx + dy * dy
    let share = square > 0 ? min(1, max(0, ((x - start.x) * dx + (y - start.y) * dy) / square)) : 0
    let (left, up) = (x - start.x - share * dx, y - start.y - share * dy)
    return (left * left + up * up).squareRoot()
  }
}

extension Raster.Colour {
  fileprivate func mixed(with other: Self, _ share: Double) -> Self {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded())
    }
    return Self(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}
