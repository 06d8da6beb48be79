import Glibc
import Tensors

/// The child's side: runs the trials that it is told of, until there are no more.
///
/// A line in, `engine rtol atol folder`; a line out, the outcome.
enum Worker {
  /// Takes at most `memory` bytes of address space, so that a wrong size ends this process only.
  static func serve(memory: Int) {
    var limit = rlimit(rlim_cur: rlim_t(memory), rlim_max: rlim_t(memory))
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    while let line = readLine() {
      print(trial(line)?.outcome().line ?? Outcome.crashed("was asked \(line)").line)
      fflush(nil)
    }
  }

  static func line(_ trial: Trial) -> String {
    "\(trial.engine.rawValue) \(trial.tolerance.relative) \(trial.tolerance.absolute) \(trial.folder)\n"
  }

  private static func trial(_ line: String) -> Trial? {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count == 4, let engine = Engine(rawValue: words[0]), let relative = Double(words[1]),
      let absolute = Double(words[2])
    else { return nil }
    return Trial(
      folder: words[3], tolerance: Suite.Tolerance(relative: relative, absolute: absolute), engine: engine)
  }
}
