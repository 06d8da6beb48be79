import ArgumentParser
import Pipelines
import Tensors

/// What is to be seen of a training while it goes on. None of it changes what is trained.
struct WatchingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another dataset, which is not trained on: its loss is logged, too.", valueName: "dataset"))
  var validation: String?

  @Option(help: "Steps from one validation to the next, of the dataset above or of --hold-out.")
  var validateEvery = 500

  @Option(help: "Steps from one set of sounds made by the bridge to the next; none by default.")
  var sampleEvery: Int?

  @Option(help: "Sounds of a set, of clips for validation where there are any.")
  var samples = 4

  func validate() throws {
    for (name, count) in [
      ("validate-every", validateEvery), ("sample-every", sampleEvery ?? 1), ("samples", samples),
    ] {
      guard count >= 1 else { throw ValidationError("'--\(name)' is \(count), but must be 1 or more.") }
    }
  }

  /// The dataset that the loss is watched of. Throws iff it cannot be opened.
  func dataset() throws(Diagnostic) -> Dataset? {
    guard let validation else { return nil }
    return try Dataset(path: validation)
  }
}
