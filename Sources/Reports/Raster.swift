/// A picture in memory, 8-bit RGB, row by row from the top. What is drawn outside is left out.
struct Raster {
  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  struct Colour: Hashable {
    var red, green, blue: UInt8

    static let white = Colour(red: 255, green: 255, blue: 255)
    static let ink = Colour(red: 40, green: 40, blue: 48)
  }

  init(width: Int, height: Int, filled colour: Colour = .white) {
    (self.width, self.height) = (width, height)
    let row = Array(repeatElement([colour.red, colour.green, colour.blue], count: width).joined())
    pixels = Array(repeatElement(row, count: height).joined())
  }

  subscript(x: Int, y: Int) -> Colour {
    get {
      let place = (y * width + x) * 3
      return Colour(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2])
    }
    set {
      guard (0..<width).contains(x), (0..<height).contains(y) else { return }
      let place = (y * width + x) * 3
      (pixels[place], pixels[place + 1], pixels[place + 2]) = (newValue.red, newValue.green, newValue.blue)
    }
  }

  mutating func fill(x: Range<Int>, y: Range<Int>, _ colour: Colour) {
    for row in y { for column in x { self[column, row] = colour } }
  }

  /// Which part of a text lies at the place given for it.
  enum Anchor { case left, center, right }

  /// Writes `text` with its upper edge at `y`, each of its pixels as a square of `scale` by `scale`.
  mutating func write(
    _ text: String, x: Int, y: Int, anchor: Anchor = .left, scale: Int = 1, _ colour: Colour = .ink
  ) {
    let width = PixelFont.width(of: text) * scale
    var place =
      switch anchor {
      case .left: x
      case .center: x - width / 2
      case .right: x - width
      }
    for character in text {
      for (row, bits) in PixelFont.rows(of: character).enumerated() {
        for column in 0..<5 where bits >> UInt8(4 - column) & 1 == 1 {
          let (left, top) = (place + column * scale, y + row * scale)
          fill(x: left..<left + scale, y: top..<top + scale, colour)
        }
      }
      place += PixelFont.advance * scale
    }
  }
}
