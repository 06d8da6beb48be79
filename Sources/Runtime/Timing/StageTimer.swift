package import Tensors

/// Times a stage of some work from here on: its preparation, a first run, and the runs behind that.
///
///     let timer = StageTimer("decoder")
///     var session = try Session(graph, parameters: parameters, options: options)
///     let timing = try timer.time(runs: 5) { () throws(Diagnostic) in
///       try session.run()
///       return session.takeProfile()
///     }
package struct StageTimer {
  /// Told how many of how many runs of the stage are done.
  package typealias Progress = (_ stage: String, _ done: Int, _ total: Int) -> Void

  private let name: String
  private let began: Double

  package init(_ name: String) {
    self.name = name
    PeakMemory.reset()
    began = Profile.now()
  }

  /// Calls `run` once, and `count` times more. It returns the profile of what it did, of a session that
  /// measures time. Throws what it throws.
  package func time(
    runs count: Int, progress: Progress = { _, _, _ in }, _ run: () throws(Diagnostic) -> Profile
  ) throws(Diagnostic) -> StageTiming {
    progress(name, 0, count + 1)
    _ = try run()
    let first = Profile.now() - began
    var runs: [StageTiming.Run] = []
    for index in 0..<count {
      progress(name, index + 1, count + 1)
      let start = Profile.now()
      let profile = try run()
      runs.append(StageTiming.Run(began: start, seconds: Profile.now() - start, profile: profile))
    }
    return StageTiming(name: name, first: first, runs: runs, peakMemory: PeakMemory.bytes)
  }
}
