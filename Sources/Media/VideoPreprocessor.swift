package import Tensors

/// Turns frames into the input of V-JEPA 2: resized, cropped at the centre, normalised.
///
/// Bit for bit the arithmetic of transformers' `VJEPA2VideoProcessor`: torchvision's antialiased bilinear
/// resize of 8-bit pixels, then `(x − mean/factor) / (std/factor)` in f32.
package struct VideoPreprocessor: Hashable, Sendable {
  /// Pixels of the shorter side after resizing; `nil`: no resizing.
  package var shortestEdge: Int?
  /// Rows and columns of the centre crop, zero where the picture is smaller; `nil`: no crop.
  package var crop: Size?
  /// What 8-bit values are multiplied by; `nil`: nothing.
  package var rescaleFactor: Double?
  /// `nil`: no normalisation.
  package var normalization: Normalization?

  package struct Size: Hashable, Sendable {
    package var height, width: Int
    package init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
  }

  /// Of red, green and blue, in the scale of rescaled values.
  package struct Normalization: Hashable, Sendable {
    package var mean, std: [Float]
    package init(mean: [Float], std: [Float]) { (self.mean, self.std) = (mean, std) }
  }

  /// The published preprocessing for square crops of `crop` pixels.
  package init(crop: Int = 256) {
    shortestEdge = crop * 256 / 224
    self.crop = Size(height: crop, width: crop)
    rescaleFactor = 1 / 255
    normalization = Normalization(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
  }

  /// The frames as `f32[frames, 3, height, width]`, the encoder's `pixel_values_videos` without its batch
  /// axis.
  ///
  /// Throws iff there is none, or they come out in different sizes.
  package func tensor(of frames: [VideoFrame]) throws(Diagnostic) -> Tensor {
    guard let first = frames.first else { throw .noFrames }
    let size = outputSize(of: first)
    var values: [Float] = []
    for frame in frames {
      guard outputSize(of: frame) == size else { throw .sizeChange(size, outputSize(of: frame)) }
      values += try planes(of: frame)
    }
    return try Tensor(floats: values, shape: [frames.count, 3, size.height, size.width])
  }

  /// Rows and columns that `planes` makes of `frame`.
  package func outputSize(of frame: VideoFrame) -> Size { crop ?? resizedSize(of: frame) }

  /// One frame as three planes of `outputSize`: red, green, blue.
  ///
  /// Throws iff that would be more than 2²⁶ values, which only a preprocessing without crop can ask for.
  package func planes(of frame: VideoFrame) throws(Diagnostic) -> [Float] {
    let (resized, size) = (resizedSize(of: frame), outputSize(of: frame))
    guard let count = TensorType.count([3, size.height, size.width]), count <= 1 << 26 else {
      throw .tooLarge(size)
    }
    let rows = Window(of: resized.height, showing: size.height)
    let columns = Window(of: resized.width, showing: size.width)
    let pixels = frame.resized(to: resized, rows: rows.source, columns: columns.source)
    var planes: [Float] = []
    planes.reserveCapacity(count)
    for values in valueTable {
      planes += Array(repeating: values[0], count: size.height * size.width)
    }
    for (channel, values) in valueTable.enumerated() {
      for y in 0..<rows.source.count {
        let row = channel * size.height + rows.padding + y
        let place = row * size.width + columns.padding
        let from = y * columns.source.count
        for x in 0..<columns.source.count {
          planes[place + x] = values[Int(pixels[(from + x) * 3 + channel])]
        }
      }
    }
    return planes
  }

  /// The shorter side as configured, the longer in proportion, rounded down.
  private func resizedSize(of frame: VideoFrame) -> Size {
    guard let edge = shortestEdge else { return Size(height: frame.height, width: frame.width) }
    let (short, long) = (min(frame.height, frame.width), max(frame.height, frame.width))
    let longEdge = max(Int(Double(edge * long) / Double(short)), 1)
    return frame.height <= frame.width
      ? Size(height: edge, width: longEdge) : Size(height: longEdge, width: edge)
  }

  /// What each 8-bit value of each channel becomes.
  private var valueTable: [[Float]] {
    (0..<3).map { channel in
      let factor = rescaleFactor ?? 1
      guard let normalization else { return (0..<256).map { Float($0) * Float(factor) } }
      let scale = Float(1 / factor)
      let (mean, std) = (normalization.mean[channel] * scale, normalization.std[channel] * scale)
      return (0..<256).map { (Float($0) - mean) / std }
    }
  }
}

/// The part of an axis that a centre crop shows.
private struct Window {
  /// Pixels of the resized picture.
  let source: Range<Int>
  /// Zeros before them.
  let padding: Int

  init(of length: Int, showing wanted: Int) {
    let first = max(length - wanted, 0) / 2
    source = first..<first + min(length, wanted)
    padding = max(wanted - length, 0) / 2
  }
}

extension Diagnostic {
  fileprivate static var noFrames: Diagnostic { Diagnostic("there is no frame; expected at least one") }
  fileprivate static func sizeChange(_ a: VideoPreprocessor.Size, _ b: VideoPreprocessor.Size) -> Diagnostic {
    Diagnostic("a frame becomes \(b.width)x\(b.height), the first \(a.width)x\(a.height); expected one size")
  }
  fileprivate static func tooLarge(_ size: VideoPreprocessor.Size) -> Diagnostic {
    Diagnostic("a preprocessed frame has \(size.width)x\(size.height) pixels; expected at most 2^26 values")
  }
}
