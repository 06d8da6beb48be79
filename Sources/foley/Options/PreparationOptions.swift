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

  @Flag(help: "End at the first clip that cannot be used.")
  var strict = false

  func validate() throws {
    for (name, value) in [("seconds", seconds), ("min-seconds", minSeconds)] {
      guard let value else { continue }
      guard value >= 0, value < 86400, name == "min-seconds" || value > 0 else {
        throw ValidationError("'--\(name)' is \(value), but must be above 0 and below a day.")
      }
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
