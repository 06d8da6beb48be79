import Media
import Tensors

/// A window of a clip whose picture and sound are being decoded, each in a process of its own.
///
/// What could not even begin is said when it is asked for.
struct WindowReading: ~Copyable {
  private let clip: SourceClip
  private let part: SourceClip.Window
  private let facts: PipelineManifest
  private let preprocessor: VideoPreprocessor
  private var picture: VideoReading?
  private var heard: SoundReading?

  init(
    _ clip: SourceClip, _ part: SourceClip.Window, _ facts: PipelineManifest,
    _ preprocessor: VideoPreprocessor
  ) {
    (self.clip, self.part, self.facts, self.preprocessor) = (clip, part, facts, preprocessor)
    picture = try? Self.picture(clip, part, facts)
    heard = try? Self.heard(clip, part, facts)
  }

  func isOf(_ clip: SourceClip, _ part: SourceClip.Window) -> Bool { self.clip == clip && self.part == part }

  /// The frames. Throws iff there are none to be had.
  mutating func frames() throws(Diagnostic) -> ClipFrames {
    var reading = if let begun = picture.take() { begun } else { try Self.picture(clip, part, facts) }
    return try ClipFrames(&reading, of: facts.video, by: preprocessor)
  }

  /// The sound as the autoencoder wants it. Throws iff there is none to be had.
  mutating func sound() throws(Diagnostic) -> Sound {
    var reading = if let begun = heard.take() { begun } else { try Self.heard(clip, part, facts) }
    return try reading.sound()
  }

  private static func picture(_ clip: SourceClip, _ part: SourceClip.Window, _ facts: PipelineManifest)
    throws(Diagnostic) -> VideoReading
  {
    try ClipFrames.begin(clip.video, start: part.start, duration: part.seconds, of: facts.video)
  }

  private static func heard(_ clip: SourceClip, _ part: SourceClip.Window, _ facts: PipelineManifest)
    throws(Diagnostic) -> SoundReading
  {
    try SoundReader().begin(
      path: clip.soundPath, rate: facts.audio.sampleRate, channels: facts.audio.channels, start: part.start,
      duration: part.seconds)
  }
}
