import Glibc
package import Media

/// How loud a sound is in bands of pitch, every 8 ms: what onsets and timbre are heard by.
///
/// Windows of 32 ms (the power of two next above) under a periodic Hann window, a quarter of a window apart,
/// frame t centred on sample t·hop, zeros beyond both ends; magnitudes summed in 40 bands evenly spaced in ln(1 + f /
/// 700) from 50 Hz to 8 kHz. A level is the logarithm of a band, not below 0.003 of the loudest band of the sound.
package struct SoundLevels: Sendable {
  /// `[frames][bands]`.
  package let frames: [[Double]]
  /// The greatest magnitude of a band.
  package let loudest: Double
  /// Samples between two frames.
  package let hop: Int
  package let sampleRate: Int

  package static let bands = 40

  /// Of the mean of the channels.
  package init(_ sound: Sound) {
    let transform = FourierTransform(atLeast: max(4, sound.sampleRate * 32 / 1000))
    let window = transform.count
    (hop, sampleRate) = (window / 4, sound.sampleRate)
    let samples = sound.mono
    let hann = (0..<window).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(window)) }
    let edges = Self.edges(window, sound.sampleRate)
    var magnitudes: [[Double]] = []
    for center in stride(from: 0, through: samples.count, by: hop) {
      let first = center - window / 2
      let piece = (0..<window).map { place in
        samples.indices.contains(first + place) ? samples[first + place] * hann[place] : 0
      }
      let power = transform.power(of: piece)
      magnitudes.append(
        zip(edges, edges.dropFirst()).map { low, high in
          power[min(low, power.count)..<min(high, power.count)].reduce(0) { $0 + $1.squareRoot() }
        })
    }
    let loudest = magnitudes.reduce(0) { max($0, $1.max() ?? 0) }
    let floor = max(1e-3, 0.003 * loudest)
    frames = magnitudes.map { $0.map { log(max($0, floor)) } }
    self.loudest = loudest
  }

  /// The first bin of each band, and the end of the last.
  private static func edges(_ window: Int, _ sampleRate: Int) -> [Int] {
    let (low, high) = (log(1 + 50.0 / 700), log(1 + 8000.0 / 700))
    var edges: [Int] = []
    for index in 0...bands {
      let frequency = 700 * (exp(low + (high - low) * Double(index) / Double(bands)) - 1)
      let bin = (frequency * Double(window) / Double(sampleRate)).rounded(.toNearestOrEven)
      edges.append(max(Int(bin), (edges.last ?? -1) + 1))
    }
    return edges
  }
}

extension Sound {
  /// The mean of the channels.
  var mono: [Double] {
    guard let first = channels.first else { return [] }
    return first.indices.map { place in
      channels.reduce(0) { $0 + Double($1[place]) } / Double(channels.count)
    }
  }
}
