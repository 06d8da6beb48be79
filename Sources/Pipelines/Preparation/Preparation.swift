import Families
import Media
import Passes
import ReaderPipe
package import Runtime
package import Tensors

/// Clips made into a dataset, one after the other:
///
///     var preparation = try Preparation(pipeline, settings, writing: "dataset", options: options)
///     for clip in settings.share.clips(of: clips) { try preparation.add(clip) }
///     try preparation.save()
///
/// The models are compiled once. While one clip is encoded the next is decoded, where it is told. The tensors of a clip are a function of the clip, its id and the pipeline: the
/// same on any number of threads, and whether the preparation was broken off or not.
package struct Preparation: ~Copyable {
  package let settings: PreparationSettings
  private let preprocessor: VideoPreprocessor
  private let facts: PipelineManifest
  /// Seconds of a window.
  private let window: Double
  private var video: VideoConditioner
  private var text: TextConditioner
  private var latents: LatentEncoder
  private var writer: DatasetWriter
  /// What is decoded while something else is encoded.
  private var ahead: WindowReading?
  /// Clips added by this value whose prompts have more tokens than the backbone reads.
  package private(set) var longPrompts = 0

  /// Compiles the encoders of the pipeline and opens the dataset at `path`, new or begun.
  ///
  /// Throws iff the pipeline has no bridge, the windows are longer than the pipeline takes, or the dataset
  /// cannot be gone on with.
  package init(
    _ pipeline: Pipeline, _ settings: PreparationSettings, writing path: String, options: SessionOptions
  ) throws(Diagnostic) {
    guard let (bridge, _) = try pipeline.bridge() else { throw .noBridge(pipeline.path) }
    let most = pipeline.manifest.mostSeconds
    let window = settings.window ?? most
    guard window > 0, window <= most else { throw .window(window, most) }
    var makers: [String: String] = [:]
    for part in pipeline.manifest.parts where part.name != "bridge" { makers[part.name] = part.digest }
    var manifest = DatasetManifest(makers: makers, pooling: bridge.pooling.rawValue)
    (manifest.latents, manifest.window) = (settings.latents, window)
    let writer = try DatasetWriter(
      path, manifest, share: settings.share, clipsPerShard: settings.clipsPerShard)
    let preprocessor = try pipeline.preprocessor()
    let video = try VideoConditioner(pipeline, pooling: bridge.pooling, options: options)
    let text = try TextConditioner(pipeline, options: options)
    let latents = try LatentEncoder(pipeline, options: options)
    (self.settings, self.window, facts) = (settings, window, pipeline.manifest)
    self.preprocessor = preprocessor
    self.writer = writer
    self.video = video
    self.text = text
    self.latents = latents
  }

  /// What the dataset's manifest says, or will say when it is saved.
  package var manifest: DatasetManifest { writer.manifest }

  /// Whether nothing is left to do for `clip`: it is there, whole or in windows.
  package func isDone(_ clip: SourceClip) -> Bool {
    writer.holds(clip.id) || writer.holds(windowsOf: clip.id)
  }

  /// Makes the examples of `clip`, or notes why it cannot be used. The decoding of the clip that is `next`
  /// begins meanwhile; what becomes of it does not depend on that.
  ///
  /// Throws iff the run is cancelled, the dataset cannot be written, the decoder cannot be started, or, where
  /// that is asked for, the clip cannot be used.
  package mutating func add(_ clip: SourceClip, next: SourceClip? = nil) throws(Diagnostic) {
    guard !isDone(clip) else { return }
    var frames: ClipFrames?
    let (prompt, windows): (String, [SourceClip.Window])
    var reading = take(clip, clip.firstWindow(most: window))
    do throws(Diagnostic) {
      prompt = try clip.text()
      let first = try reading.frames()
      windows = clip.windows(of: first.stated, most: window, least: settings.filter.leastSeconds)
      frames = first
    } catch {
      return try leaveOut(clip.id, error)
    }
    for (index, part) in windows.enumerated() {
      let seen = frames
      frames = nil
      guard !writer.holds(part.id) else { continue }
      if index > 0 { reading = take(clip, part) }
      let found: Found
      do throws(Diagnostic) {
        found = try read(&reading, part, of: clip.id, prompt, seen)
      } catch {
        try leaveOut(part.id, error)
        continue
      }
      if index + 1 < windows.count {
        ahead = begin(clip, windows[index + 1])
      } else if let next {
        ahead = begin(next, next.firstWindow(most: window))
      }
      do throws(Diagnostic) {
        try writer.add(
          .init(id: part.id, shard: "", prompt: found.prompt, seconds: found.seconds),
          try encode(found, id: part.id))
      } catch { throw error.noting("the clip is \(Name(part.id).quoted)") }
    }
    if windows.first?.id != clip.id { writer.finish(cutting: clip.id) }
  }

  /// Writes what is not written yet.
  package mutating func save() throws(Diagnostic) { try writer.save() }
}

extension Preparation {
  /// A clip, read and found good.
  private struct Found {
    let prompt: String
    let frames: ClipFrames
    let sound: Sound
    let seconds: Double
  }

  /// Notes that a clip cannot be used. Throws iff that is no fault of the clip, or is an error.
  private mutating func leaveOut(_ id: String, _ problem: Diagnostic) throws(Diagnostic) {
    guard problem.kind != .interrupted, problem.kind != .unavailable else { throw problem }
    guard !settings.isStrict else { throw problem.noting("the clip is \(Name(id).quoted)") }
    writer.skip(id, problem.message.text)
  }

  private func begin(_ clip: SourceClip, _ part: SourceClip.Window) -> WindowReading {
    WindowReading(clip, part, facts, preprocessor)
  }

  /// The reading of a window, which may be under way.
  private mutating func take(_ clip: SourceClip, _ part: SourceClip.Window) -> WindowReading {
    if let begun = ahead.take(), begun.isOf(clip, part) { return begun }
    return begin(clip, part)
  }

  /// Reads a window, whose frames may be there already. Throws iff something of it is missing or not as the
  /// filter wants it.
  private func read(
    _ reading: inout WindowReading, _ part: SourceClip.Window, of clip: String, _ prompt: String,
    _ seen: ClipFrames?
  ) throws(Diagnostic) -> Found {
    try settings.filter.checkScores(part.id, of: clip)
    let sound = try reading.sound()
    try sound.requireFinite()
    let frames = if let seen { seen } else { try reading.frames() }
    // A sound that ends a little earlier is filled with silence; a picture without sound teaches nothing.
    let seconds = sound.duration + Self.slack >= frames.duration ? frames.duration : sound.duration
    let heard = sound.prefix(Int((seconds * Double(sound.sampleRate)).rounded()))
    try settings.filter.check(heard, seconds: seconds)
    return Found(
      prompt: prompt, frames: frames.prefix(seconds, rate: facts.video.frameRate), sound: heard,
      seconds: seconds)
  }

  /// Seconds that a sound may end before the picture.
  private static let slack = 0.1

  private mutating func encode(_ found: Found, id: String) throws(Diagnostic) -> Dataset.Example {
    let tokens = try video.tokens(of: found.frames)
    let prompt = try text.condition(found.prompt, seconds: Int(found.seconds.rounded(.up)))
    if prompt.dropped > 0 { longPrompts += 1 }
    let samples = Int((found.seconds * Double(facts.audio.sampleRate)).rounded())
    let distribution = try latents.encode(found.sound, count: samples)
    let values =
      switch settings.latents {
      case .sampled: try distribution.sampled(for: id)
      case .mean: distribution.mean
      }
    return Dataset.Example(
      latents: try Tensor(floats: values, shape: [distribution.channels, distribution.frames]),
      video: try tokens.withoutBatch(), cross: try prompt.cross.withoutBatch(),
      global: try prompt.global.withoutBatch())
  }
}

extension PipelineManifest {
  /// The longest clip that all parts take, in seconds.
  package var mostSeconds: Double {
    min(video.mostSeconds, audio.mostSeconds)
  }
}

extension Tensor {
  /// The tensor without its first axis, which has one element.
  fileprivate func withoutBatch() throws(Diagnostic) -> Tensor { try reshaped(Array(shape.dropFirst())) }
}

extension Diagnostic {
  fileprivate static func noBridge(_ path: String) -> Diagnostic {
    Diagnostic(
      "the pipeline has no bridge to prepare clips for", at: path, help: "assemble it with --video-encoder",
      kind: .usage)
  }
  fileprivate static func window(_ seconds: Double, _ most: Double) -> Diagnostic {
    Diagnostic(
      "windows of \(seconds) s were asked for, but the pipeline takes at most \(most) s",
      help: "pass a smaller --seconds", kind: .usage)
  }
}
