import Checkpoints
import Glibc
package import Tensors

/// Where a training keeps what it makes:
///
///     RUN/run.json                 what is trained on what, and how
///     RUN/states/step-00001000.safetensors    everything that the next step depends on; the last few are kept
///     RUN/bridges/step-00001000.safetensors   a bridge as `foley generate` takes it
///     RUN/log.jsonl                a line a step and a validation
///     RUN/events.out.tfevents…     the same for TensorBoard
///     RUN/loss.svg, loss.png       the same as a chart
///     RUN/samples/step-00001000/0-ID.wav      what the bridge makes of a few clips, where that is asked for
///
/// A state is written whole or not at all and carries a digest: what is resumed is the newest that is whole.
package struct RunDirectory: Sendable {
  package let path: String
  /// States that are kept.
  package var kept = 3

  package init(_ path: String) { self.path = path }

  package var settingsPath: String { "\(path)/run.json" }
  package var logPath: String { "\(path)/log.jsonl" }

  package func statePath(_ step: Int) -> String { "\(path)/states/\(Self.name(step))" }
  package func bridgePath(_ step: Int) -> String { "\(path)/bridges/\(Self.name(step))" }

  /// Whether a run was begun here.
  package var exists: Bool { access(settingsPath, F_OK) == 0 }

  /// Makes the directories. Throws iff that cannot be done.
  package func create() throws(Diagnostic) {
    for folder in [path, "\(path)/states", "\(path)/bridges"] { try Self.make(folder) }
  }

  /// The settings that the run here was begun with. Throws iff there is none.
  package func settings() throws(Diagnostic) -> TrainingSettings {
    do throws(Diagnostic) {
      return try TrainingSettings(try JSON.load(path: settingsPath))
    } catch {
      throw error.helping("begin a run without --resume")
    }
  }

  /// The steps of which there is a state, newest first. Throws iff the directory cannot be read.
  package func states() throws(Diagnostic) -> [Int] {
    guard access("\(path)/states", F_OK) == 0 else { return [] }
    return try directoryEntries("\(path)/states").compactMap(Self.step).sorted(by: >)
  }

  /// Removes all states but the newest few.
  package func removeOldStates() throws(Diagnostic) {
    for step in try states().dropFirst(kept) { unlink(statePath(step)) }
  }

  /// Makes and returns the folder of the samples of step `step`. Throws iff that cannot be done.
  package func samples(of step: Int) throws(Diagnostic) -> String {
    let folder = "\(path)/samples/\(Self.stem(step))"
    for folder in ["\(path)/samples", folder] { try Self.make(folder) }
    return folder
  }

  private static func make(_ folder: String) throws(Diagnostic) {
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw .system("make", folder, errno) }
  }

  private static func stem(_ step: Int) -> String {
    let digits = String(step)
    return "step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)"
  }

  private static func name(_ step: Int) -> String { "\(stem(step)).safetensors" }

  private static func step(_ name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst(5).dropLast(12))
  }
}
