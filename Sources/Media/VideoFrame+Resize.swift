extension VideoFrame {
  /// The part `rows` x `columns` of this frame resized to `size`: interleaved 8-bit RGB.
  ///
  /// First along rows, then along columns, rounding to 8 bits in between, as PyTorch does.
  func resized(to size: VideoPreprocessor.Size, rows: Range<Int>, columns: Range<Int>) -> [UInt8] {
    let horizontal = BilinearResize(from: width, to: size.width, range: columns)
    let vertical = BilinearResize(from: height, to: size.height, range: rows)
    let reach = vertical.reach
    let stride = columns.count * 3
    let narrow = rgb.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: reach.count * stride) { buffer, filled in
        for row in reach {
          let from = row * width
          for taps in horizontal.taps {
            var (red, green, blue) = (horizontal.half, horizontal.half, horizontal.half)
            var place = (from + taps.first) * 3
            for weight in taps.weights {
              red &+= weight &* Int32(pixels[place])
              green &+= weight &* Int32(pixels[place + 1])
              blue &+= weight &* Int32(pixels[place + 2])
              place += 3
            }
            buffer[filled] = horizontal.byte(red)
            buffer[filled + 1] = horizontal.byte(green)
            buffer[filled + 2] = horizontal.byte(blue)
            filled += 3
          }
        }
      }
    }
    return narrow.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: rows.count * stride) { buffer, filled in
        for taps in vertical.taps {
          for column in 0..<stride {
            var sum = vertical.half
            var place = (taps.first - reach.lowerBound) * stride + column
            for weight in taps.weights {
              sum &+= weight &* Int32(pixels[place])
              place += stride
            }
            buffer[filled] = vertical.byte(sum)
            filled += 1
          }
        }
      }
    }
  }
}

extension BilinearResize {
  /// One half in fixed point: sums start with it, so that they round to nearest.
  fileprivate var half: Int32 { precision > 0 ? 1 << Int32(precision - 1) : 0 }

  /// The 8-bit value of a sum.
  fileprivate func byte(_ sum: Int32) -> UInt8 { UInt8(min(max(sum >> Int32(precision), 0), 255)) }
}
