import ArgumentParser
import Pipelines
import Tensors

/// The choices of a preparation.
struct PreparationOptions: ParsableArguments {
  @Option(help: "Cut longer clips into windows of this many seconds; the most the pipeline takes by default.")
  var seconds: Double?

  @Flag(help: "Take the mean of the latents' distribution instead of drawing from it as upstream does.")
  var mean = false

  @Option(
    help: "Prepare the i-th of n parts of the clips, as i/n; the parts may share the dataset directory.")
  var shard: DatasetShare = .whole

  @Option(help: "Clips that are written together.")
  var clipsPerShard = 64

  @Option(help: "Leave out clips shorter than this.")
  var minSeconds = 1.0

  @Option(help: "Leave out clips with a larger share than this of 20 ms frames below -60 dBFS.")
  var maxSilence: Double?

  @Option(help: "Leave out clips with 99 % of their energy below this many Hz.")
  var minBandwidth: Double?

  @Option(
    help: ArgumentHelp(
      "Scores of clips: a .jsonl file with an \"id\" and numbers by name in each line.", valueName: "file"))
  var scores: String?

  @Option(
    help: ArgumentHelp(
      "Leave out clips without such a score, as 'clap>=0.3'. May be repeated.", valueName: "rule"))
  var keep: [ScoreRule] = []

  @Flag(help: "End at the first clip that cannot be used.")
  var strict = false

  func validate() throws {
    for (name, value) in [("seconds", seconds), ("min-seconds", minSeconds)] {
      guard let value else { continue }
      guard value >= 0, value < 86400, name == "min-seconds" || value > 0 else {
        throw ValidationError("'--\(name)' is \(value), but must be above 0 and below a day.")
      }
    }
    guard maxSilence.map({ (0...1).contains($0) }) ?? true else {
      throw ValidationError("'--max-silence' is a share, 0 to 1.")
    }
    guard keep.isEmpty || scores != nil else {
      throw ValidationError("'--keep' is about a file of --scores.")
    }
    guard (1...100_000).contains(clipsPerShard) else {
      throw ValidationError("'--clips-per-shard' is \(clipsPerShard), but must be 1 to 100000.")
    }
  }

  func settings() throws(Diagnostic) -> PreparationSettings {
    var settings = PreparationSettings()
    settings.window = seconds
    settings.latents = mean ? .mean : .sampled
    (settings.share, settings.clipsPerShard, settings.isStrict) = (shard, clipsPerShard, strict)
    settings.filter.leastSeconds = minSeconds
    (settings.filter.mostSilence, settings.filter.leastBandwidth) = (maxSilence, minBandwidth)
    settings.filter.rules = keep
    if let scores { settings.filter.scores = try ClipScores(path: scores) }
    return settings
  }
}

extension DatasetShare: ExpressibleByArgument {
  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index: index, of: count)
  }

  var defaultValueDescription: String { "\(index)/\(count)" }
}

extension ScoreRule: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
