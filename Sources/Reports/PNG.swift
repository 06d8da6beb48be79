import CPNG
import Tensors

/// PNG files by libpng; the same picture makes the same bytes.
enum PNG {
  static func encode(_ raster: Raster) throws(Diagnostic) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    (image.width, image.height) = (UInt32(raster.width), UInt32(raster.height))
    image.format = 2  // PNG_FORMAT_RGB
    var size: png_alloc_size_t = 0
    let stride = Int32(raster.width * 3)
    guard png_image_write_to_memory(&image, nil, &size, 0, raster.pixels, stride, nil) != 0 else {
      throw .refused(image)
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    guard png_image_write_to_memory(&image, &bytes, &size, 0, raster.pixels, stride, nil) != 0 else {
      throw .refused(image)
    }
    return Array(bytes.prefix(Int(size)))
  }
}

extension Diagnostic {
  fileprivate static func refused(_ image: png_image) -> Diagnostic {
    let words = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return Diagnostic("libpng cannot write the picture: \(words)", kind: .software)
  }
}
