import Glibc
import Tensors

/// Runs trials in worker processes, so that none of them can end or stop the whole.
struct Pool {
  /// How many workers at a time.
  let jobs: Int
  /// Seconds a trial may take.
  let timeLimit: Double
  /// What a worker is started with.
  let arguments: [String]

  private struct Lane {
    var worker: WorkerProcess
    var trial: (index: Int, deadline: Double)?
  }

  /// Calls `report` with the index and the outcome of each trial, in the order in which they end.
  ///
  /// Throws iff no worker can be started.
  func run(_ trials: [Trial], _ report: (Int, Outcome) -> Void) throws(Diagnostic) {
    signal(SIGPIPE, SIG_IGN)
    var lanes: [Lane] = []
    for _ in 0..<min(jobs, trials.count) { lanes.append(Lane(worker: try WorkerProcess(arguments))) }
    var next = 0
    while true {
      for lane in lanes.indices where lanes[lane].trial == nil && next < trials.count {
        lanes[lane].worker.send(Worker.line(trials[next]))
        lanes[lane].trial = (next, now() + timeLimit)
        next += 1
      }
      guard lanes.contains(where: { $0.trial != nil }) else { return }
      let ready = wait(lanes)
      for lane in lanes.indices {
        guard let trial = lanes[lane].trial else { continue }
        if ready.contains(lane) {
          if let line = lanes[lane].worker.receive() {
            report(trial.index, Outcome(line: line))
          } else {
            report(trial.index, .crashed(lanes[lane].worker.ending()))
            lanes[lane].worker = try WorkerProcess(arguments)
          }
        } else if now() >= trial.deadline {
          report(trial.index, .timedOut)
          lanes[lane].worker = try WorkerProcess(arguments)
        } else {
          continue
        }
        lanes[lane].trial = nil
      }
    }
  }

  /// The lanes with something to read, once there is one or the first deadline has passed.
  private func wait(_ lanes: [Lane]) -> Set<Int> {
    let busy = lanes.indices.filter { lanes[$0].trial != nil }
    var descriptors = busy.map { pollfd(fd: lanes[$0].worker.answers, events: Int16(POLLIN), revents: 0) }
    let deadline = busy.compactMap { lanes[$0].trial?.deadline }.min() ?? now()
    let left = max(0, deadline - now())
    _ = poll(&descriptors, nfds_t(descriptors.count), Int32((left * 1000).rounded(.up)))
    return Set(zip(busy, descriptors).filter { $0.1.revents != 0 }.map(\.0))
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
