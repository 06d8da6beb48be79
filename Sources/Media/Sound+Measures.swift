import Glibc

extension Sound {
  /// The share of frames of 20 ms whose power lies below `level` dB of full scale; 1 for an empty sound.
  ///
  /// Full scale is a square wave of ±1; the power is the mean over the channels.
  package func silence(below level: Double = -60) -> Double {
    let length = max(1, sampleRate / 50)
    let frames = count / length
    guard frames > 0 else { return 1 }
    let least = pow(10, level / 10) * Double(length * channels.count)
    var silent = 0
    for frame in 0..<frames {
      var power = 0.0
      for samples in channels {
        for place in frame * length..<(frame + 1) * length {
          power += Double(samples[place] * samples[place])
        }
      }
      if power < least { silent += 1 }
    }
    return Double(silent) / Double(frames)
  }

  /// The frequency in Hz below which `share` of the sound's energy lies; 0 for silence.
  package func rolloff(_ share: Double = 0.99) -> Double {
    let transform = FourierTransform(atLeast: 2048)
    let window = (0..<transform.count).map {
      0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(transform.count))
    }
    var spectrum = [Double](repeating: 0, count: transform.count / 2 + 1)
    for samples in channels {
      for start in stride(from: 0, to: samples.count, by: transform.count) {
        let part = window.indices.map { index in
          start + index < samples.count ? Double(samples[start + index]) * window[index] : 0
        }
        for (bin, power) in transform.power(of: part).enumerated() { spectrum[bin] += power }
      }
    }
    let wanted = spectrum.reduce(0, +) * share
    guard wanted > 0 else { return 0 }
    var sum = 0.0
    for (bin, power) in spectrum.enumerated() {
      sum += power
      if sum >= wanted { return Double(bin) * Double(sampleRate) / Double(transform.count) }
    }
    return Double(sampleRate) / 2
  }
}
