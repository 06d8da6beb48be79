import ArgumentParser
import Pipelines

/// How much memory a training may take, and what it does to take less. Results do not depend on it.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most memory to take, weights included: 12GB, 7.5GiB; of several ranks, each. (default: what the machine "
        + "has, in equal shares for its ranks)",
      valueName: "size"))
  var memoryLimit: Size?

  @Option(
    help: ArgumentHelp(
      """
      Blocks whose inner values are computed again for the gradients instead of being kept, which takes less memory \
      and more time: none, all, or how many. (default: as few as the limit allows)
      """, valueName: "blocks"))
  var recompute: Recomputation.Extent?

  /// What is asked for, where `ranks` ranks share the machine.
  func recomputation(ranks: Int) -> Recomputation {
    var recomputation = Recomputation(ranks: ranks)
    recomputation.extent = recompute ?? recomputation.extent
    recomputation.memoryLimit = memoryLimit?.bytes ?? recomputation.memoryLimit
    return recomputation
  }
}

extension Recomputation.Extent: ExpressibleByArgument {
  /// `none`, `all` or a number.
  init?(argument: String) {
    switch argument {
    case "none": self = .blocks(0)
    case "all": self = .all
    default:
      guard let count = Int(argument), count >= 0 else { return nil }
      self = .blocks(count)
    }
  }
}
