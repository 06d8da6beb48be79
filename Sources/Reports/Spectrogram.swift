import Media
import Glibc

/// How loud a sound is at each moment and pitch, in dB of a full-scale sine; pitch on the mel scale.
struct Spectrogram {
  let columns: Int
  let rows: Int
  /// Seconds from the first to behind the last column.
  let duration: Double
  /// Hz at the upper edge.
  let top: Double
  /// dB, row by row from the highest pitch; silence is -200.
  let decibels: [Double]

  /// Of `samples` at `sampleRate` a second; an empty sound is silence.
  init(of samples: [Float], sampleRate: Int, columns: Int, rows: Int) {
    let transform = FourierTransform(atLeast: sampleRate / 22)
    let size = transform.count
    let window = (0..<size).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(size)) }
    // A sine of amplitude 1 has a peak of (Σw / 2)².
    let fullScale = (window.reduce(0, +) / 2) * (window.reduce(0, +) / 2)
    let top = Double(sampleRate) / 2
    let bands = (0..<rows).map { row in
      let edges = [Double(rows - row - 1), Double(rows - row)].map {
        Mel.hertz($0 / Double(rows) * Mel.mel(top)) / Double(sampleRate) * Double(size)
      }
      return Band(from: edges[0], to: edges[1])
    }
    let width = Double(samples.count) / Double(columns)
    // Windows of a column lie at most half a window apart, so that nothing falls between.
    let windows = max(1, Int((width / Double(size / 2)).rounded(.up)))
    var decibels = [Double](repeating: -200, count: rows * columns)
    for column in 0..<columns {
      var loudest = [Double](repeating: 0, count: rows)
      for index in 0..<windows {
        let center = (Double(column) + (Double(index) + 0.5) / Double(windows)) * width
        let first = Int(center) - size / 2
        let piece = (0..<size).map { place -> Double in
          let sample = first + place
          return samples.indices.contains(sample) ? Double(samples[sample]) * window[place] : 0
        }
        let power = transform.power(of: piece)
        for row in 0..<rows { loudest[row] = max(loudest[row], bands[row].power(in: power)) }
      }
      for row in 0..<rows where loudest[row] > 0 {
        decibels[row * columns + column] = max(-200, 10 * log10(loudest[row] / fullScale))
      }
    }
    (self.columns, self.rows, self.top, self.decibels) = (columns, rows, top, decibels)
    duration = Double(samples.count) / Double(sampleRate)
  }

  /// Where `hertz` lies: 0 at the lower edge, 1 at the upper.
  func height(of hertz: Double) -> Double { Mel.mel(hertz) / Mel.mel(top) }
}

/// The mel scale of O'Shaughnessy: even steps sound even.
enum Mel {
  static func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
  static func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
}

/// A range of bins, in fractions of bins.
private struct Band {
  let from: Double
  let to: Double

  /// The greatest power of the bins inside; between bins where there is none.
  func power(in bins: [Double]) -> Double {
    let (first, last) = (Int(from.rounded(.up)), Int(to.rounded(.down)))
    if first <= last { return bins[first...min(last, bins.count - 1)].max() ?? 0 }
    let place = (from + to) / 2
    let low = min(Int(place), bins.count - 2)
    let part = place - Double(low)
    return bins[low] * (1 - part) + bins[low + 1] * part
  }

  init(from: Double, to: Double) { (self.from, self.to) = (from, to) }
}
