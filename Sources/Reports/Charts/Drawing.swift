/// A picture of lines, dots and words, in points from the upper left; to be written as SVG or painted.
struct Drawing {
  let width: Int
  let height: Int
  private(set) var shapes: [Shape] = []

  struct Point: Hashable {
    var x, y: Double
  }

  enum Shape {
    case line([Point], Stroke)
    case dot(Point, radius: Double, Raster.Colour)
    /// Words whose baseline begins, is centred or ends at the point.
    case words(String, Point, Raster.Anchor, Face)
  }

  struct Stroke {
    var colour: Raster.Colour
    var width = 1.0
    var opacity = 1.0
  }

  struct Face {
    var colour = Raster.Colour.ink
    var isBold = false
  }

  init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  mutating func add(_ shape: Shape) { shapes.append(shape) }
}
