import ArgumentParser
import Tensors

/// What a conversion looks at besides its work.
struct ConversionChecks: ParsableArguments {
  @Flag(help: "Print what would be written, and write nothing.")
  var dryRun = false

  @Flag(
    help:
      "Run source and result on the same made-up inputs, or compare their tensors; fail where they differ.")
  var verify = false

  @Option(
    name: .customLong("length"),
    help: ArgumentHelp(
      "Lengths of the made-up inputs; 1 for the batch and 4 else.", valueName: "name=number,…"))
  var lengths: [Lengths] = []

  @Option(help: "Seeds the made-up inputs.")
  var seed: UInt64 = 0

  @Flag(help: "Leave the source's SHA-256 out of the metadata; saves about a second for 1 GB.")
  var noHash = false

  func validate() throws {
    guard verify || lengths.isEmpty else { throw ValidationError("'--length' is about '--verify'.") }
    guard !verify || !dryRun else {
      throw ValidationError("'--dry-run' writes nothing that '--verify' could look at.")
    }
  }
}
