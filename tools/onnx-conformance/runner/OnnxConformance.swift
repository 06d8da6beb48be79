import ArgumentParser
import Glibc
import Tensors

/// `onnx-conformance suite --tier 1 --verbose`
@main
struct OnnxConformance: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "onnx-conformance",
    abstract: "Run the ONNX project's backend suite in both engines.",
    discussion: """
      SUITE is a folder that tools/onnx-conformance/dump.py has written. Every case runs in a worker process. The \
      exit status is 1 if fewer pass than must.
      """)

  @Argument(help: "The folder with the cases and their index.json.")
  var suite: String
  @Option(help: "Run only the cases whose name matches this regular expression.")
  var filter: String?
  @Option(help: "Run only the cases of this tier: 1, 2 or 3; 0 is for those outside all tiers.")
  var tier: Int?
  @Option(help: "Run only this engine: reference or planned.")
  var engine: String?
  @Flag(help: "Say of every case that does not pass why.")
  var verbose = false
  @Option(help: "Also write the report as JSON to this file.")
  var json: String?
  @Option(help: "A JSON file that says how many cases must pass.")
  var bars: String?
  @Flag(help: "Every case must pass.")
  var strict = false
  @Option(help: "A JSON file of tools/onnx-conformance/peers.py: what other engines pass.")
  var peers: String?
  @Option(help: "How many cases run at a time.")
  var jobs = 2
  @Option(help: "Seconds that a case may take.")
  var timeLimit = 20.0
  @Option(help: "GiB that a worker may take.")
  var memory = 6
  @Flag(help: .private)
  var worker = false

  func run() throws {
    if worker { return Worker.serve(memory: memory << 30) }
    do {
      try check()
    } catch let error as Diagnostic {
      say("\(error)\n")
      throw ExitCode(error.kind.rawValue)
    }
  }

  private func check() throws {
    let whole = try Suite(folder: suite)
    let cases = try selected(whole.cases)
    let engines = try engines()
    let trials = engines.flatMap { engine in
      cases.map { Trial(folder: "\(suite)/\($0.name)", tolerance: $0.tolerance, engine: engine) }
    }
    var outcomes = [Outcome](repeating: .timedOut, count: trials.count)
    var done = 0
    let isTerminal = isatty(STDERR_FILENO) == 1
    let pool = Pool(
      jobs: max(1, jobs), timeLimit: timeLimit,
      arguments: [suite, "--worker", "--memory", String(max(1, memory))])
    try pool.run(trials) { index, outcome in
      outcomes[index] = outcome
      done += 1
      if isTerminal { say("\r\(done) of \(trials.count)") }
    }
    if isTerminal { say("\r") }
    var report = Report(
      version: whole.version, cases: cases, peers: try peers.map(Peer.all(path:)) ?? [], outcomes: [:])
    for (place, engine) in engines.enumerated() {
      report.outcomes[engine] = Array(outcomes[place * cases.count..<(place + 1) * cases.count])
    }
    print(report.text(detailed: verbose), terminator: "")
    if let json { try AtomicFile.write(report.json.printed(pretty: true) + "\n", to: json) }
    if strict, report.missesAny { throw ExitCode(1) }
    if let bars { try check(report, Bars(path: bars)) }
  }

  private func check(_ report: Report, _ bars: Bars) throws {
    let missed = bars.missed(by: report)
    for sentence in missed { print("missed: \(sentence)") }
    if !missed.isEmpty { throw ExitCode(1) }
  }

  /// Beside the report, to the standard error stream.
  private func say(_ text: String) {
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }

  private func selected(_ cases: [Suite.Case]) throws -> [Suite.Case] {
    let pattern = try filter.map { try Regex($0) }
    return try cases.filter { item in
      if let tier, item.tier ?? 0 != tier { return false }
      guard let pattern else { return true }
      return try pattern.firstMatch(in: item.name) != nil
    }
  }

  private func engines() throws -> [Engine] {
    guard let name = engine else { return Engine.allCases }
    guard let engine = Engine(rawValue: name) else {
      throw ValidationError("there is no engine \(name); the engines are reference and planned")
    }
    return [engine]
  }
}
