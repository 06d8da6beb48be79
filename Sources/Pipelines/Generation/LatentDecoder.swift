import Families
import Media
import Passes
import Runtime
import Tensors

/// Latents to sound, a stretch at a time, so that memory does not grow with the length.
///
/// Every stretch is decoded with the frames around it that its samples depend on, and those frames' own
/// samples are dropped: the result is that of decoding all at once.
struct LatentDecoder: ~Copyable {
  private var decoder: Session
  private let audio: PipelineManifest.Audio

  /// Latent frames whose samples are made at a time.
  private static let stretch = 256

  init(
    _ model: Model, _ audio: PipelineManifest.Audio, _ precision: Precision = .f32, options: SessionOptions
  ) throws(Diagnostic) {
    self.audio = audio
    decoder = try Session(model, precision, options: options)
  }

  /// The first `count` samples of the sound of `latents` `[channels, frames]`.
  mutating func decode(_ latents: [Float], count: Int, progress: GenerationProgress) throws(Diagnostic)
    -> Sound
  {
    let (channels, halo, ratio) = (audio.latentChannels, audio.decoderHalo, audio.samplesPerLatent)
    let frames = latents.count / max(channels, 1)
    let stretches = frames.stretches(of: Self.stretch, halo: halo)
    var sound: [[Float]] = Array(repeating: [], count: audio.channels)
    for (index, part) in stretches.enumerated() {
      try report(progress, .decode, index, stretches.count)
      let read = max(0, part.lowerBound - halo)..<min(frames, part.upperBound + halo)
      var window: [Float] = []
      for channel in 0..<channels {
        window += latents[channel * frames + read.lowerBound..<channel * frames + read.upperBound]
      }
      let input = try Tensor(floats: window, shape: [1, channels, read.count])
      try decoder.bind(["latents": input.type])
      try decoder.set("latents", input)
      try decoder.run()
      let skipped = (part.lowerBound - read.lowerBound) * ratio
      try decoder.withOutput("decoded") { (samples) throws(Diagnostic) in
        let length = samples.count / max(sound.count, 1)
        let wanted = min(part.count * ratio, length - skipped)
        for channel in sound.indices {
          let first = channel * length + skipped
          sound[channel] += samples[first..<first + max(0, wanted)]
        }
      }
    }
    try report(progress, .decode, stretches.count, stretches.count)
    return try Sound(channels: sound.map { Array($0.prefix(count)) }, sampleRate: audio.sampleRate)
  }

  /// Where the time of the decoder went since this was asked last.
  mutating func takeProfile() -> Profile { decoder.takeProfile() }
}
