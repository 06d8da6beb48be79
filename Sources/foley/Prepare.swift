import ArgumentParser
import Pipelines
import Tensors

extension Foley {
  /// `foley prepare my-pipeline clips/ -o my-dataset`
  struct Prepare: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Encode clips once, for training: sound to latents, video and prompt to tokens.",
      discussion: """
        A clip is a video with a prompt in a .txt beside it and, where it is not the video's own, a sound in a .wav \
        or .flac beside it; or a line of a .jsonl list: {"video": "a.mp4", "prompt": "rain", "audio": "a.wav", \
        "id": "rain-1", "start": 2, "duration": 4}, of which only the video is needed. Clips that cannot be used are \
        left out, with the reason. A preparation that was broken off goes on by the same command.

        Example: foley prepare my-pipeline clips/ -o my-dataset --seconds 4
        """)

    @Argument(help: "A pipeline directory, made by `foley assemble`; or miniature, which comes with foley.")
    var pipeline: String

    @Argument(help: "Videos, directories of them, or .jsonl lists.")
    var clips: [String]

    @Option(name: .shortAndLong, help: "The dataset directory to write, or to go on with.")
    var output: String

    @OptionGroup(title: "What to take") var choice: PreparationOptions
    @OptionGroup(title: "How to run") var machinery: Machinery

    func run(until interrupt: Interrupt) throws {
      let options = try machinery.start(until: interrupt)
      let settings = try choice.settings()
      let mine = settings.share.clips(of: try ClipList.clips(at: clips))
      var preparation = try Preparation(
        try Pipeline(path: try EmbeddedPipeline.place(of: pipeline)), settings, writing: output,
        options: options)
      let progress = PreparationProgress(quiet: machinery.quiet, clips: mine.count)
      defer { progress.clear() }
      do {
        for (index, clip) in mine.enumerated() {
          guard !interrupt.isRaised else { throw Diagnostic.stopped() }
          let isDone = preparation.isDone(clip)
          let next = isDone ? nil : mine[(index + 1)...].first { !preparation.isDone($0) }
          try preparation.add(clip, next: next)
          progress.show(index + 1, skipped: preparation.manifest.skipped.count, isNew: !isDone)
        }
      } catch let error as Diagnostic where error.kind == .interrupted {
        try preparation.save()
        throw Diagnostic.stopped(preparation.manifest.clips.count, in: output)
      } catch {
        try preparation.save()
        throw error
      }
      try preparation.save()
      progress.clear()
      if preparation.longPrompts > 0, !machinery.quiet {
        StandardError.write(
          "warning: the prompts of \(preparation.longPrompts) clips are too long: their last tokens are ignored\n"
        )
      }
      try StandardOutput.write(summary(preparation.manifest))
      guard !preparation.manifest.clips.isEmpty || mine.isEmpty else { throw Diagnostic.nothing(output) }
    }

    private func summary(_ manifest: DatasetManifest) -> String {
      let shards = Set(manifest.clips.map(\.shard)).count
      switch machinery.format {
      case .text:
        var lines = [
          "\(output): \(manifest.clips.count) clips in \(shards) shards, \(manifest.skipped.count) left out"
        ]
        lines += manifest.skipped.map { "  \(Name($0.id).quoted): \($0.reason.escapingControls)" }
        return lines.joined(separator: "\n") + "\n"
      case .json:
        let json: JSON = [
          "dataset": JSON(output), "clips": JSON(manifest.clips.count), "shards": JSON(shards),
          "skipped": JSON(manifest.skipped.map { ["id": JSON($0.id), "reason": JSON($0.reason)] }),
        ]
        return json.printed(pretty: true) + "\n"
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func stopped() -> Diagnostic { Diagnostic("stopped", kind: .interrupted) }
  fileprivate static func stopped(_ clips: Int, in path: String) -> Diagnostic {
    Diagnostic(
      "stopped; \(clips) clips are saved", at: path, help: "go on with the same command", kind: .interrupted)
  }
  fileprivate static func nothing(_ path: String) -> Diagnostic {
    Diagnostic("no clip could be used", at: path)
  }
}
