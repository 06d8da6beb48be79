import Families
import Media
import Runtime
import Tensors

/// Sound to latents by an encoder that is compiled once, a stretch at a time, so that memory does not grow with
/// the length.
///
/// Every stretch is encoded with the sound around it that its latents depend on, and the latents of what is
/// around it are dropped: the result is that of encoding all at once.
struct LatentEncoder: ~Copyable {
  private var encoder: Session
  private let audio: PipelineManifest.Audio
  private let halo: Int
  /// Latent frames that are made at a time.
  private let stretch: Int

  /// Throws iff the pipeline has no autoencoder or its weights do not fit.
  init(_ pipeline: Pipeline, stretch: Int = 128, options: SessionOptions) throws(Diagnostic) {
    let halo = try pipeline.encoderHalo()
    let encoder = try Session(try pipeline.model("encoder"), options: options)
    (audio, self.halo, self.stretch) = (pipeline.manifest.audio, halo, stretch)
    self.encoder = encoder
  }

  /// The latents of the first `count` samples of `sound`, filled with silence to as many and to a whole number of
  /// latents.
  ///
  /// Throws iff the sound is of another rate or number of channels than the autoencoder's.
  mutating func encode(_ sound: Sound, count: Int) throws(Diagnostic) -> LatentDistribution {
    guard sound.sampleRate == audio.sampleRate, sound.channels.count == audio.channels else {
      throw .otherSound(sound, audio)
    }
    let ratio = audio.samplesPerLatent
    let frames = (count + ratio - 1) / ratio
    var latents = LatentDistribution(channels: audio.latentChannels, frames: frames)
    for part in frames.stretches(of: stretch, halo: halo) {
      let read = max(0, part.lowerBound - halo)..<min(frames, part.upperBound + halo)
      try encoder.bind(["audio": TensorType(.f32, shape: [1, audio.channels, read.count * ratio])])
      try encoder.withInput("audio") { (target) throws(Diagnostic) in
        target.update(repeating: 0)
        for (channel, samples) in sound.channels.enumerated() {
          let first = read.lowerBound * ratio
          for place in first..<max(first, min(read.upperBound * ratio, count, samples.count)) {
            target[channel * read.count * ratio + place - first] = samples[place]
          }
        }
      }
      try encoder.run()
      for (name, values) in [("mean", \LatentDistribution.mean), ("std", \.deviation)] {
        try encoder.withOutput(Name(name)) { (made) throws(Diagnostic) in
          guard made.count == audio.latentChannels * read.count else {
            throw .otherLatents(made.count, audio)
          }
          for channel in 0..<audio.latentChannels {
            for frame in part {
              latents[keyPath: values][channel * frames + frame] =
                made[channel * read.count + frame - read.lowerBound]
            }
          }
        }
      }
    }
    return latents
  }
}

/// What an encoder makes of a sound: a normal distribution a value, `[C, L]`.
struct LatentDistribution {
  let channels: Int
  let frames: Int
  var mean: [Float]
  var deviation: [Float]

  init(channels: Int, frames: Int) {
    (self.channels, self.frames) = (channels, frames)
    mean = Array(repeating: 0, count: channels * frames)
    deviation = mean
  }

  /// Values drawn with the noise of `id`: the same whenever and wherever they are drawn.
  ///
  /// Source: `stable_audio_tools/models/bottleneck.py`, `vae_sample`.
  func sampled(for id: String) throws(Diagnostic) -> [Float] {
    var random = KeyedRandom(seed: try KeyedRandom.seed(of: id), .latents, step: 0)
    let noise = random.normals(mean.count)
    return mean.indices.map { mean[$0] + deviation[$0] * noise[$0] }
  }
}

extension Diagnostic {
  static func otherSound(_ sound: Sound, _ audio: PipelineManifest.Audio) -> Diagnostic {
    let expected = "\(audio.channels) at \(audio.sampleRate) Hz"
    return Diagnostic(
      "the sound has \(sound.channels.count) channels at \(sound.sampleRate) Hz, expected \(expected)")
  }
  fileprivate static func otherLatents(_ count: Int, _ audio: PipelineManifest.Audio) -> Diagnostic {
    Diagnostic(
      "the encoder gives \(count) values, expected \(audio.latentChannels) a latent frame", kind: .software)
  }
}
