extension Drawing {
  /// The picture as an SVG document of a few kilobytes.
  var svg: String {
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(width) \#(height)" width="\#(width)" "#
        + #"height="\#(height)" font-family="system-ui, sans-serif" font-size="12">"#,
      #"<rect width="100%" height="100%" fill="\#(Raster.Colour.white.hexadecimal)"/>"#,
    ]
    lines += shapes.map(\.svg)
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }
}

extension Drawing.Shape {
  fileprivate var svg: String {
    switch self {
    case .line(let points, let stroke):
      let places = points.map { "\($0.x.short),\($0.y.short)" }.joined(separator: " ")
      let opacity = stroke.opacity < 1 ? #" stroke-opacity="\#(stroke.opacity.short)""# : ""
      return #"<polyline points="\#(places)" fill="none" stroke="\#(stroke.colour.hexadecimal)" "#
        + #"stroke-width="\#(stroke.width.short)" stroke-linejoin="round"\#(opacity)/>"#
    case .dot(let center, let radius, let colour):
      return #"<circle cx="\#(center.x.short)" cy="\#(center.y.short)" r="\#(radius.short)" "#
        + #"fill="\#(colour.hexadecimal)"/>"#
    case .words(let text, let place, let anchor, let face):
      let weight = face.isBold ? #" font-weight="600""# : ""
      return #"<text x="\#(place.x.short)" y="\#(place.y.short)" text-anchor="\#(anchor.svg)" "#
        + #"fill="\#(face.colour.hexadecimal)"\#(weight)>\#(text.escaped)</text>"#
    }
  }
}

extension Raster.Anchor {
  fileprivate var svg: String {
    switch self {
    case .left: "start"
    case .center: "middle"
    case .right: "end"
    }
  }
}

extension Raster.Colour {
  /// `#rrggbb`.
  fileprivate var hexadecimal: String {
    let digits = [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "#" + digits.joined()
  }
}

extension Double {
  /// With one digit behind the point at most.
  fileprivate var short: String {
    let tenths = (self * 10).rounded()
    return tenths.remainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
  }
}

extension String {
  fileprivate var escaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
