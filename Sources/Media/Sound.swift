package import Tensors

/// Sampled sound: one array a channel, all of the same length, full scale ±1.
package struct Sound: Hashable, Sendable {
  package private(set) var channels: [[Float]]
  /// Samples a second.
  package let sampleRate: Int

  /// Throws iff there is no channel or more than 1,024, the lengths differ, or the rate is not in
  /// 1...1,000,000.
  package init(channels: [[Float]], sampleRate: Int) throws(Diagnostic) {
    let lengths = channels.map(\.count)
    guard (1...1024).contains(lengths.count), lengths.allSatisfy({ $0 == lengths.first }) else {
      throw .channels(lengths)
    }
    guard (1...1_000_000).contains(sampleRate) else { throw .rate(sampleRate) }
    (self.channels, self.sampleRate) = (channels, sampleRate)
  }

  /// The sound in `tensor`, `[channels, samples]` or `[1, channels, samples]`.
  ///
  /// Throws as the other does, and iff the tensor has another rank or holds no values.
  package init(_ tensor: Tensor, sampleRate: Int) throws(Diagnostic) {
    let shape = tensor.shape
    guard shape.count == 2 || (shape.count == 3 && shape[0] == 1) else { throw .shape(tensor.type) }
    let (values, length) = (try tensor.floats(), shape[shape.count - 1])
    let channels = (0..<shape[shape.count - 2]).map { Array(values[$0 * length..<($0 + 1) * length]) }
    try self.init(channels: channels, sampleRate: sampleRate)
  }

  /// Samples a channel.
  package var count: Int { channels.first?.count ?? 0 }
  /// Seconds.
  package var duration: Double { Double(count) / Double(sampleRate) }

  /// The largest magnitude; 0 for an empty sound; NaN samples do not count.
  package var peak: Float {
    channels.reduce(0) { peak, samples in samples.reduce(peak) { max($0, $1.magnitude) } }
  }

  /// Throws iff a sample is NaN or infinite, naming the first place in time.
  package func requireFinite() throws(Diagnostic) {
    for (channel, samples) in channels.enumerated() {
      guard let index = samples.firstIndex(where: { !$0.isFinite }) else { continue }
      throw .notFinite(samples[index], channel, index, Double(index) / Double(sampleRate))
    }
  }

  /// The sound with every sample inside ±1, as `level` says.
  package func leveled(_ level: Level) -> Sound {
    var sound = self
    switch level {
    case .clip:
      sound.channels = channels.map { $0.map { min(max($0, -1), 1) } }
    case .dividePeak:
      let peak = peak
      guard peak > 1 else { return self }
      sound.channels = channels.map { $0.map { $0 / peak } }
    case .keep: break
    }
    return sound
  }

  /// What becomes of samples beyond ±1.
  package enum Level: String, CaseIterable, Sendable {
    /// Divide everything by the peak iff the peak is above 1.
    case dividePeak = "peak"
    case clip
    /// Leave them: the encoding cuts them where it must.
    case keep
  }

  /// The first samples, as many as `count` or all.
  package func prefix(_ count: Int) -> Sound {
    var sound = self
    sound.channels = channels.map { Array($0.prefix(max(count, 0))) }
    return sound
  }

  /// The samples frame by frame: first channel, second channel, first channel…
  package var interleaved: [Float] {
    guard channels.count > 1 else { return channels.first ?? [] }
    return [Float](unsafeUninitializedCapacity: count * channels.count) { buffer, filled in
      for (channel, samples) in channels.enumerated() {
        for (index, sample) in samples.enumerated() { buffer[index * channels.count + channel] = sample }
      }
      filled = count * channels.count
    }
  }
}

extension Diagnostic {
  fileprivate static func shape(_ type: TensorType) -> Diagnostic {
    Diagnostic("\(type) is no sound; expected [channels, samples] or [1, channels, samples]")
  }
  fileprivate static func channels(_ lengths: [Int]) -> Diagnostic {
    Diagnostic("the channels have \(lengths) samples; expected 1 to 1,024 channels of one length")
  }
  fileprivate static func rate(_ rate: Int) -> Diagnostic {
    Diagnostic("the sample rate is \(rate); expected 1 to 1,000,000 a second")
  }
  fileprivate static func notFinite(_ value: Float, _ channel: Int, _ index: Int, _ seconds: Double)
    -> Diagnostic
  {
    Diagnostic(
      "sample \(index) of channel \(channel) (at \(seconds) s) is \(value); expected finite samples",
      note: "the model overflowed, or a checkpoint is damaged", help: "try another seed or --precision f32")
  }
}
