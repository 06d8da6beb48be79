import ArgumentParser
import Glibc
import HostileFiles

/// `hostile --seconds 2 --megabytes 256`
@main
struct Hostile: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hostile",
    abstract: "Run foley on every hostile file.",
    discussion: """
      Prints what comes of each file, and in what time and memory. The exit status is 1 if a file comes to another \
      end than it must, or takes more.
      """)

  @Option(help: "The foley to run; else the one beside this program.")
  var foley: String?
  @Option(help: "Seconds that a file may take.")
  var seconds = 2.0
  @Option(help: "Resident MB that a file may take.")
  var megabytes = 256
  @Option(help: "Run only the files whose name holds this.")
  var filter: String?
  @Option(help: "Leave out the file of this name.")
  var skip: String?
  @Option(help: "Run only the files of this format: onnx or hdf5.")
  var format: HostileCase.Format?
  @Flag(help: "Print only what should not be.")
  var quiet = false

  func run() throws {
    let bounds = HostileTrial.Bounds(seconds: seconds, bytes: megabytes << 20, patience: max(20, 2 * seconds))
    var isGood = true
    for kind in HostileCase.Format.allCases where format == nil || format == kind {
      let files = kind.cases.filter { file in
        file.name != skip && (filter.map { file.name.contains($0) } ?? true)
      }
      let trials = try files.map { file in
        let trial = try HostileTrial(file, foley: foley ?? beside, bounds: bounds)
        if !quiet || !trial.troubles.isEmpty { print(trial.line) }
        fflush(nil)
        return trial
      }
      report(trials, kind)
      isGood = isGood && trials.allSatisfy(\.troubles.isEmpty)
    }
    if !isGood { throw ExitCode(1) }
  }

  private func report(_ trials: [HostileTrial], _ format: HostileCase.Format) {
    guard let slowest = trials.max(by: { $0.seconds < $1.seconds }),
      let largest = trials.max(by: { $0.bytes < $1.bytes })
    else { return }
    let bad = trials.count { !$0.troubles.isEmpty }
    print(
      """
      \(format): \(trials.count) files, \(bad) not as they must be; slowest \(slowest.file) \
      \(Int(slowest.seconds * 1000)) ms, largest \(largest.file) \(largest.bytes >> 20) MB
      """)
  }

  private var beside: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "foley" }
    defer { free(path) }
    let own = String(cString: path)
    return own[...(own.lastIndex(of: "/") ?? own.startIndex)] + "foley"
  }
}

extension HostileCase.Format: ExpressibleByArgument {}
