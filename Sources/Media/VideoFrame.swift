/// One picture: rows from the top, 8-bit red, green, blue, sRGB-like full range, no padding.
package struct VideoFrame: Hashable, Sendable {
  package let width: Int
  package let height: Int
  /// `3 * width * height` bytes.
  package let rgb: [UInt8]

  /// `nil` iff `rgb` is not as long as the sides say.
  package init?(width: Int, height: Int, rgb: [UInt8]) {
    guard width > 0, height > 0, rgb.count / 3 / width == height, rgb.count == 3 * width * height
    else { return nil }
    (self.width, self.height, self.rgb) = (width, height, rgb)
  }
}
