import ArgumentParser
import Media
import Pipelines
import Reports
import Tensors

extension Foley {
  /// `foley evaluate sounds.jsonl`
  struct Evaluate: InterruptibleCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure whether sounds are struck when and as they should be.",
      discussion: """
        The list holds a line of JSON a sound: the path of its file (WAV, or a video with sound) as \
        "sound", and what is known of it: "onsets" (seconds, or \
        a file of a time a line), "reference" (a true sound) and "label" (what it should sound of; labels are told \
        by the references, and by the sounds of --templates). \
        Onsets match within 50 ms; bounds are those of 95 % of draws of as many clips.

        Example: foley evaluate sounds.jsonl --format json
        """)

    @Argument(help: "The list, .jsonl; paths in it are relative to it.")
    var list: String

    @Option(help: "A list of sounds that are known to sound of their labels.")
    var templates: String?

    @Option(help: "Draws of clips for the bounds.")
    var draws = 1000

    @Option(help: "Seeds the draws.")
    var seed: UInt64 = 0

    @OptionGroup(title: "How to run") var machinery: Machinery

    func validate() throws {
      guard draws >= 0 else { throw ValidationError("'--draws' is \(draws), but must be 0 or more.") }
    }

    func run(until interrupt: Interrupt) throws {
      let clips = try EvaluationList(path: list).clips
      let line = ProgressLine(quiet: machinery.quiet)
      defer { line.clear() }
      var evaluation = Evaluation()
      for clip in try templates.map(EvaluationList.init(path:))?.clips ?? [] {
        guard !interrupt.isRaised else { throw Diagnostic.stopped(0) }
        guard let label = clip.label else { throw Diagnostic.unlabelled(clip.sound) }
        evaluation.learn(try Self.heard(clip.sound), label: label)
      }
      for (index, clip) in clips.enumerated() {
        guard !interrupt.isRaised else { throw Diagnostic.stopped(index) }
        line.show("hearing", index, clips.count)
        do throws(Diagnostic) {
          let reference = try clip.reference.map { (path) throws(Diagnostic) in try Self.heard(path) }
          try evaluation.add(
            try Self.heard(clip.sound), onsets: clip.onsets, reference: reference, label: clip.label)
        } catch {
          throw error.located(at: clip.sound)
        }
      }
      let figures = evaluation.figures(draws: draws, seed: seed)
      line.clear()
      try StandardOutput.write(text(figures))
    }

    /// The sound of a WAV file as it is, and that of another, a video say, as 44.1 kHz stereo.
    private static func heard(_ path: String) throws(Diagnostic) -> Sound {
      if try SoundFile.isWAV(path) { return try SoundFile.read(path) }
      return try SoundReader().sound(path: path, rate: 44_100, channels: 2)
    }

    private func text(_ figures: [Evaluation.Figure]) -> String {
      switch machinery.format {
      case .text:
        var table = TextTable([
          ("figure", .left), ("value", .right), ("low", .right), ("high", .right), ("clips", .right),
        ])
        for figure in figures {
          table.append(
            figure.name.replacing("_", with: " "), figure.value.rounded(digits: 4),
            figure.bounds.lowerBound.rounded(digits: 4), figure.bounds.upperBound.rounded(digits: 4),
            "\(figure.clips)")
        }
        return table.text
      case .json:
        var object = JSON.Object()
        for figure in figures {
          object[Name(figure.name)] = [
            "value": JSON(figure.value), "low": JSON(figure.bounds.lowerBound),
            "high": JSON(figure.bounds.upperBound), "clips": JSON(figure.clips),
          ]
        }
        return JSON.object(object).printed(pretty: true) + "\n"
      }
    }
  }
}

extension Double {
  /// The number with so many digits behind the point.
  fileprivate func rounded(digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((self * scale).rounded() / scale)"
  }
}

extension Diagnostic {
  fileprivate static func stopped(_ count: Int) -> Diagnostic {
    Diagnostic("stopped behind \(count) sounds", kind: .interrupted)
  }
  fileprivate static func unlabelled(_ path: String) -> Diagnostic {
    Diagnostic(
      "a sound of the templates has no label", at: path, help: "say what it sounds of as \"label\"",
      kind: .usage)
  }
}
