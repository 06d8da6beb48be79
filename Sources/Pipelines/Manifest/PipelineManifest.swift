import Tensors

/// What `pipeline.json` says: the parts of a pipeline, how they are conditioned and how they are sampled.
package struct PipelineManifest: Hashable, Sendable {
  /// The parts by name, in the order of `Part.names`.
  package var parts: [Part]
  package var conditioning: Conditioning
  package var audio: Audio
  package var video: Video
  package var sampling: Sampling

  /// A part and the files it is made of.
  package struct Part: Hashable, Sendable {
    package var name: String
    /// The directory or file; relative to the pipeline's directory or absolute.
    package var path: String
    /// The files whose content the pipeline was made with.
    package var files: [File]

    package struct File: Hashable, Sendable {
      /// Relative to `path`; empty iff `path` is the file.
      package var name: String
      package var bytes: Int
      package var sha256: String
    }

    /// The names a part can have.
    package static let names = [
      "video_encoder", "text_encoder", "tokenizer", "backbone", "conditioners", "autoencoder", "bridge",
    ]
  }

  /// Which conditionings the backbone takes where, by id; `prompt` is the text.
  package struct Conditioning: Hashable, Sendable {
    /// Concatenated along the sequence of the cross-attention.
    package var cross: [String]
    /// Concatenated along the channels of the global token.
    package var global: [String]
    /// Tokens a prompt is padded or cut to.
    package var textTokens: Int
  }

  package struct Audio: Hashable, Sendable {
    /// Hz.
    package var sampleRate: Int
    package var channels: Int
    /// Samples a latent frame.
    package var samplesPerLatent: Int
    package var latentChannels: Int
    /// The longest sound the backbone was trained for, in latent frames.
    package var mostLatents: Int
    /// Latent frames on each side that a decoded frame depends on.
    package var decoderHalo: Int

    /// The longest sound, in seconds.
    package var mostSeconds: Double { Double(mostLatents * samplesPerLatent) / Double(sampleRate) }
  }

  package struct Video: Hashable, Sendable {
    /// Frames a second that the encoder is given (Hz).
    package var frameRate = 16
    /// Frames encoded together.
    package var segmentFrames = 64
    /// Frames encoded as one.
    package var tubelet = 2
    /// Patches along a side of a frame.
    package var side = 16
    /// The longest clip, in seconds.
    package var mostSeconds = 12.0
  }

  /// Used where the caller says nothing.
  package struct Sampling: Hashable, Sendable {
    package var objective: Objective
    package var sampler: String
    package var steps: Int
    package var guidance: Double
    package var highest: Double
    package var lowest: Double
  }

  /// The part called `name`, or `nil` iff there is none.
  package subscript(part name: String) -> Part? { parts.first { $0.name == name } }
}
