import Glibc
import Ranks
package import Tensors

/// A training that keeps what it makes in a run directory: it may end at any moment and is gone on with from the
/// last state.
///
/// Of several ranks the first alone writes; the others read the state that is gone on with.
package struct TrainingRun: ~Copyable {
  package let directory: RunDirectory
  package var training: BridgeTraining
  /// Steps from one state to the next, and from one bridge to the next.
  package var saveEvery = 500
  /// A loss this many times the mean of the last hundred stops the run.
  package var spike = 20.0
  /// Steps from one validation to the next.
  package var validateEvery = 500
  private let log: TrainingLog?
  private let events: EventFile?
  private let lock: RunLock?
  private var recent: [Double] = []
  /// The step behind which the state was last saved; -1 iff none was since the run was opened.
  package private(set) var saved = -1
  /// The step behind which the loss on clips for validation was last taken.
  private var validated: Int

  /// Begins a run in `directory`, or goes on with the one there.
  ///
  /// `note` is told of states that are damaged and passed over. Throws iff a run stands there and is not to be
  /// resumed, or another process is at it, or no state of it is whole though there are some.
  package init(
    _ training: consuming BridgeTraining, in directory: RunDirectory, resuming: Bool,
    note: (String) -> Void = { _ in }
  ) throws(Diagnostic) {
    let ranks = training.ranks
    var lock: RunLock?
    let entries = try ranks.together { () throws(Diagnostic) in
      if ranks.isFirst { lock = try Self.take(directory, resuming: resuming) }
      if resuming { try Self.restore(&training, from: directory, note) }
      let step = training.step
      return try TrainingLog.entries(directory.logPath).filter { $0.step <= step }
    }
    try training.checkRanks()
    var log: TrainingLog?
    var events: EventFile?
    try ranks.together { () throws(Diagnostic) in
      guard ranks.isFirst else { return }
      try AtomicFile.write(training.settings.json.printed(pretty: true) + "\n", to: directory.settingsPath)
      log = try TrainingLog(path: directory.logPath, beginning: entries)
      events = try EventFile(in: directory.path, beginning: entries, at: Self.seconds(CLOCK_REALTIME))
    }
    self.lock = lock
    self.log = log
    self.events = events
    validated = entries.last { $0.validation != nil }?.step ?? -1
    self.directory = directory
    self.training = training
  }

  /// Whether all steps are made.
  package var isDone: Bool { training.step >= training.settings.steps }

  /// Makes the next step, logs it, and saves where it is time to.
  ///
  /// Throws what the step throws, or iff its loss is far above those before: the last state is that of before.
  package mutating func advance() throws(Diagnostic) -> TrainingLog.Step {
    let began = Self.seconds()
    let report = try training.advance()
    let step = TrainingLog.Step(
      report, seconds: Self.seconds() - began, time: Self.seconds(CLOCK_REALTIME))
    try training.ranks.together { () throws(Diagnostic) in
      try record(.step(step))
      try checkSpike(report)
    }
    if report.step % saveEvery == 0 || isDone { try save() }
    return step
  }

  /// Takes the loss on the clips for validation and logs it, where it is time to and it is not logged yet: before
  /// the first step, every so many, and at the end. Returns `nil` where it is not, or there are no such clips.
  package mutating func validate(progress: (Int, Int) -> Void = { _, _ in }) throws(Diagnostic)
    -> TrainingLog.Validation?
  {
    let (step, began) = (training.step, Self.seconds())
    guard step > validated, step % validateEvery == 0 || isDone else { return nil }
    guard let loss = try training.validationLoss(progress: progress) else { return nil }
    let validation = TrainingLog.Validation(
      step: step, loss: loss, seconds: Self.seconds() - began, time: Self.seconds(CLOCK_REALTIME))
    try training.ranks.together { () throws(Diagnostic) in try record(.validation(validation)) }
    validated = step
    return validation
  }

  private func record(_ entry: TrainingLog.Entry) throws(Diagnostic) {
    try log?.append(entry)
    try events?.append(entry)
  }

  /// Writes the state and the bridge of now, unless they stand already.
  package mutating func save() throws(Diagnostic) {
    let step = training.step
    guard step != saved, step > 0 else { return }
    try training.checkWeights()
    try training.ranks.together { () throws(Diagnostic) in
      guard training.ranks.isFirst else { return }
      try training.saveBridge(to: directory.bridgePath(step))
      try training.saveState(to: directory.statePath(step))
      try directory.removeOldStates()
    }
    saved = step
  }

  /// Makes the directory and locks it. Throws iff a run stands there that is not to be resumed, or another process
  /// is at it.
  private static func take(_ directory: RunDirectory, resuming: Bool) throws(Diagnostic) -> RunLock {
    guard resuming || !directory.exists else { throw .exists(directory.path) }
    try directory.create()
    return try RunLock("\(directory.path)/lock")
  }

  /// Takes the newest state that is whole; the beginning iff there is none at all.
  private static func restore(
    _ training: inout BridgeTraining, from directory: RunDirectory, _ note: (String) -> Void
  ) throws(Diagnostic) {
    let states = try directory.states()
    var last: Diagnostic?
    for step in states {
      do throws(Diagnostic) {
        return try training.restoreState(from: directory.statePath(step))
      } catch {
        note("passed over \(directory.statePath(step)): \(error.message.text)")
        last = error
      }
    }
    if let last { throw last }
  }

  private mutating func checkSpike(_ report: BridgeTraining.Report) throws(Diagnostic) {
    let mean = recent.reduce(0, +) / Double(max(recent.count, 1))
    if recent.count >= 50, report.loss > spike * mean {
      throw .spike(report, mean, training.clips(of: report.step - 1), saved)
    }
    recent.append(report.loss)
    if recent.count > 100 { recent.removeFirst() }
  }

  /// The time, to the microsecond.
  private static func seconds(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec / 1000) * 1e-6
  }
}

extension Diagnostic {
  fileprivate static func exists(_ path: String) -> Diagnostic {
    Diagnostic(
      "a run stands in \(path) already", at: path,
      help: "go on with it by --resume, or name another directory",
      kind: .cannotCreate)
  }
  fileprivate static func spike(
    _ report: BridgeTraining.Report, _ mean: Double, _ clips: [String], _ saved: Int
  ) -> Diagnostic {
    Diagnostic(
      "the loss is \(report.loss) at step \(report.step), and was \(mean) on average before",
      note: "the clips are \(clips.joined(separator: ", "))",
      help: "look at those clips, lower the learning rate, or go on from the last state by --resume")
  }
}
