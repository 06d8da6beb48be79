import Checkpoints
import Families
import Glibc
import Kernels
import Passes
import Runtime
import Tensors

/// Times the models at their published sizes and compares what they answer with upstream's answers.
///
///     bench-stages REAL [--threads N] [--runs N] [--precision f32|bf16] [STAGE …]
///
/// REAL is a folder of `tools/fixtures/make_real_size.py` in which `tools/bench/peers.py` has stored its
/// references. Prints a line of JSON a stage: best and median seconds of the runs behind a first one, peak
/// resident memory, and the largest error relative to upstream's largest value.
///
/// `transformer` computes the whole graph for two rows, as upstream does; `step` is what `foley generate`
/// computes a step for the same two rows.
@main
struct BenchStages {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      print(error)
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    var (real, threads, runs): (String?, Int, Int) = (nil, 0, 3)
    var precision = Precision.f32
    var names: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--threads": threads = rest.popFirst().flatMap { Int($0) } ?? 0
      case "--runs": runs = max(1, rest.popFirst().flatMap { Int($0) } ?? runs)
      case "--precision": precision = rest.popFirst().flatMap { Precision(rawValue: $0) } ?? .f32
      case _ where real == nil: real = argument
      default: names.append(argument)
      }
    }
    guard let real else { throw Diagnostic("pass the folder of the real-size models", kind: .usage) }
    try Machine.use(threads: threads)
    for stage in Stage.all where names.isEmpty || names.contains(stage.name) {
      try time(stage, real, precision, runs)
    }
  }

  private static func time(_ stage: Stage, _ real: String, _ precision: Precision, _ runs: Int) throws {
    let reference = try Checkpoint.open(path: "\(real)/references/\(stage.reference).safetensors")
    let start = seconds()
    var work = try stage.prepare(real, reference, precision)
    let prepared = seconds() - start
    var times: [Double] = []
    for _ in 0...runs {
      let start = seconds()
      try work.session.run()
      times.append(seconds() - start)
    }
    let first = times.removeFirst()
    let expected = try reference.tensor(stage.output).floats()
    let error = largestError(try work.session.output(stage.output).floats(), expected)
    let json: JSON = [
      "stage": JSON(stage.reference), "engine": "foley", "precision": JSON(precision.rawValue),
      "graph": JSON(stage.name), "seconds": JSON(rounded(times.min() ?? 0)),
      "median": JSON(rounded(times.sorted()[times.count / 2])), "first": JSON(rounded(first)),
      "load": JSON(rounded(prepared)), "threads": JSON(Machine.threads), "isa": JSON(Machine.isa),
      "peak_rss_gb": JSON(peakMemory()), "plan": JSON(work.session.plan.map { "\($0)" } ?? ""),
      "error": JSON(error),
    ]
    print(json.printed())
    fflush(nil)
  }

  private static func largestError(_ a: [Float], _ b: [Float]) -> Double {
    let scale = b.reduce(0) { max($0, abs(Double($1))) }
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) } / max(scale, 1e-30)
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// GiB.
  private static func peakMemory() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return (Double(usage.ru_maxrss) / 1_048_576 * 100).rounded() / 100
  }
}
