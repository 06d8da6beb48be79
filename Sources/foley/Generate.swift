import ArgumentParser
import Media
import Passes
import Pipelines
import Reports
import Runtime
import Tensors

extension Foley {
  /// `foley generate PIPELINE --video clip.mp4 --prompt "rain on a tin roof" -o out.wav`
  struct Generate: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a sound for a video, a prompt, or both.",
      discussion: """
        With a video the sound is as long as the video; into an .mp4 it is put beside the video's own picture. \
        Without a pipeline the miniature is used: small models of a small world, which come with foley.

        Example: foley generate my-pipeline --video clip.mp4 --prompt "rain on a tin roof" -o out.wav
        """)

    @Argument(
      help: ArgumentHelp(
        "A pipeline directory, made by `foley assemble`; the miniature, which comes with foley, by default."))
    var pipeline: String?

    @Option(name: .shortAndLong, help: "The sound to write, .wav; or .mp4 with the video's picture.")
    var output: String

    @OptionGroup(title: "What to hear") var wish: Wish
    @OptionGroup(title: "How to sample") var sampling: SamplingOptions
    @OptionGroup(title: "What to write") var writing: SoundOptions
    @OptionGroup(title: "How to run") var machinery: Machinery

    @Flag(help: "Compare every file of the pipeline with its SHA-256 first.")
    var verify = false

    func validate() throws {
      guard wish.video != nil || wish.prompt != nil else {
        throw ValidationError("Say what to hear: --video, --prompt or both.")
      }
      guard output.hasSuffix(".wav") || output.hasSuffix(".mp4") else {
        throw ValidationError("'--output' is '\(output)', but must end in .wav or .mp4.")
      }
      guard !output.hasSuffix(".mp4") || wish.video != nil else {
        throw ValidationError("An .mp4 needs the picture of a --video; write a .wav without one.")
      }
    }

    func run(until interrupt: Interrupt) throws {
      try writing.check(output)
      let options = try machinery.start(until: interrupt, in: Precision.allCases)
      let line = ProgressLine(quiet: machinery.quiet)
      defer { line.clear() }
      let onsets = try writing.onsets.map { (text) throws(Diagnostic) in try OnsetTimes(textOrPath: text) }
      let opened = try Pipeline(path: try place(), verifying: verify)
      let request = sampling.apply(to: wish.request)
      let generator = Generator(opened, machinery.precision ?? .f32, options: options)
      let result = try generator.generate(request) { stage, done, total in
        guard !interrupt.isRaised else { throw Diagnostic.stopped(stage) }
        line.show(stage.rawValue, done, total)
      }
      line.clear()
      if !machinery.quiet {
        for warning in result.warnings { StandardError.write("warning: \(warning)\n") }
      }
      try write(result.sound, request)
      let hearing = try hear(result.sound.leveled(writing.level), onsets, request)
      try StandardOutput.write(
        GenerationReport(output, result.sound, hearing, request).text(machinery.format))
    }

    private func place() throws(Diagnostic) -> String {
      guard let pipeline else { return try EmbeddedPipeline.directory() }
      return try EmbeddedPipeline.place(of: pipeline)
    }

    private func write(_ sound: Sound, _ request: GenerationRequest) throws(Diagnostic) {
      if output.hasSuffix(".mp4"), let video = request.video {
        try VideoReader().mux(
          path: video, sound: sound.leveled(writing.level), to: output, start: request.start,
          duration: request.duration)
      } else {
        try SoundFile.write(sound, to: output, as: writing.encoding, level: writing.level)
      }
    }

    /// Listens, and draws the spectrogram, where either is wanted.
    private func hear(_ sound: Sound, _ onsets: OnsetTimes?, _ request: GenerationRequest) throws(Diagnostic)
      -> Hearing?
    {
      guard onsets != nil || writing.spectrogram != nil else { return nil }
      let seen = onsets?.inside(start: request.start, duration: sound.duration)
      let hearing = Hearing(sound, seen: seen)
      if let path = writing.spectrogram {
        try SpectrogramPNG.write(
          channels: sound.channels, sampleRate: sound.sampleRate, marks: hearing.marks, to: path)
      }
      return hearing
    }
  }
}

extension Diagnostic {
  fileprivate static func stopped(_ stage: GenerationStage) -> Diagnostic {
    Diagnostic("stopped while \(stage.rawValue); nothing was written", kind: .interrupted)
  }
}
