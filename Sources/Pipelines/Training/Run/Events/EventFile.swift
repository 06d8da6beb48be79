import Glibc
import Tensors

/// What TensorBoard shows of a run: `events.out.tfevents.SECONDS.foley` in its directory.
///
/// It says what the log says. A run that is gone on with begins a new file with what the log has kept and takes the
/// older one away: no step is there twice, and a TensorBoard that looks on meanwhile drops what it had read.
struct EventFile: ~Copyable {
  private let file: AppendedFile

  /// Begins a file of `entries` in `folder` at `time`, in seconds of Unix. Throws iff it cannot be written.
  init(in folder: String, beginning entries: [TrainingLog.Entry], at time: Double) throws(Diagnostic) {
    let name = "\(Self.prefix)\(Int(time))\(Self.suffix)"
    let older = try directoryEntries(folder).filter {
      $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) && $0 != name
    }
    file = try AppendedFile(path: "\(folder)/\(name)", beginning: Self.bytes(of: entries, at: time))
    for name in older { unlink("\(folder)/\(name)") }
  }

  /// A whole file of `entries`; one of none says that it is of `time`.
  static func bytes(of entries: [TrainingLog.Entry], at time: Double) -> [UInt8] {
    let begun = entries.first?.time ?? time
    let head: [ScalarEvent.Content] = [.version, .start]
    return head.flatMap { ScalarEvent(time: begun, content: $0).record } + entries.flatMap(\.event.record)
  }

  /// Throws iff the entry cannot be written.
  func append(_ entry: TrainingLog.Entry) throws(Diagnostic) { try file.append(entry.event.record) }

  private static let prefix = "events.out.tfevents."
  private static let suffix = ".foley"
}

extension TrainingLog.Entry {
  fileprivate var time: Double {
    switch self {
    case .step(let step): step.time
    case .validation(let validation): validation.time
    }
  }

  fileprivate var event: ScalarEvent {
    ScalarEvent(time: time, step: step, content: .scalars(scalars))
  }

  private var scalars: [(tag: String, value: Double)] {
    switch self {
    case .step(let step):
      [
        ("loss/training", step.loss), ("gradient_norm", step.gradientNorm),
        ("learning_rate", step.learningRate), ("steps_per_second", 1 / max(step.seconds, 1e-9)),
      ]
    case .validation(let validation): [("loss/validation", validation.loss)]
    }
  }
}
