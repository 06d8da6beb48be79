import Checkpoints
import Families
import Glibc
import Graphs
import Kernels
import Passes
import Runtime
import Tensors

/// Times a step of training at the published size and compares its gradients with upstream's.
///
///     bench-training REAL [--precision f32|bf16] [--recompute N] [--threads N] [--runs N] [--profile]
///         [--gradients]
///
/// REAL is a folder of `tools/fixtures/make_real_size.py` in which `tools/bench/upstream.py REAL training` has
/// stored its reference. A step is forward, backward and AdamW on one clip of 259 latents and 96 video tokens.
/// With `--recompute` the inner values of the first N blocks are computed again for their gradients.
/// Prints a line of JSON: best and median seconds of the runs behind a first one, peak resident memory, and
/// the largest error of a gradient, relative to its largest value; with `--profile` where the time went.
/// With `--gradients` the reference is `gradients`, which has those of every weight
/// (`tools/fixtures/make_gradients.py`), and an error above 1e-4 is a failure.
@main
struct BenchTraining {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      print(error)
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    var (real, threads, runs, recomputed): (String?, Int, Int, Int) = (nil, 0, 2, 0)
    var precision = Precision.f32
    var (isProfiled, comparesAll) = (false, false)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--precision": precision = rest.popFirst().flatMap { Precision(rawValue: $0) } ?? .f32
      case "--threads": threads = rest.popFirst().flatMap { Int($0) } ?? 0
      case "--runs": runs = max(1, rest.popFirst().flatMap { Int($0) } ?? runs)
      case "--recompute": recomputed = rest.popFirst().flatMap { Int($0) } ?? 0
      case "--profile": isProfiled = true
      case "--gradients": comparesAll = true
      default: real = argument
      }
    }
    guard let real else { throw Diagnostic("pass the folder of the real-size models", kind: .usage) }
    try Machine.use(threads: threads)
    let name = comparesAll ? "gradients" : "training"
    let reference = try Checkpoint.open(path: "\(real)/references/\(name).safetensors")
    let inputs = try Self.inputs(reference)
    let start = seconds()
    let passes = precision.passes + [.recompute(blocks: recomputed)]
    var trainer = try trainer(real, inputs.mapValues(\.type), passes, isProfiled)
    let prepared = seconds() - start
    var times: [Double] = []
    var (loss, deviation) = (0.0, Deviation())
    for run in 0...runs {
      let start = seconds()
      let found = try trainer.add(inputs)
      if run == 0 { (loss, deviation) = (found, try compare(trainer, reference, all: comparesAll)) }
      _ = try trainer.update(rate: 1e-6)
      times.append(seconds() - start)
    }
    let first = times.removeFirst()
    let expected = Double(try reference.tensor("loss").floats()[0])
    let lossError = abs(loss - expected) / expected
    let json: JSON = [
      "stage": "training", "engine": "foley", "precision": JSON(precision.rawValue),
      "seconds": JSON(rounded(times.min() ?? 0)),
      "median": JSON(rounded(times.sorted()[times.count / 2])), "first": JSON(rounded(first)),
      "load": JSON(rounded(prepared)), "threads": JSON(Machine.threads), "isa": JSON(Machine.isa),
      "peak_rss_gb": JSON(peakMemory()), "plan": JSON(trainer.plan.map { "\($0)" } ?? ""),
      "loss_error": JSON(lossError), "gradient_error": JSON(deviation.largest),
      "worst_gradient": JSON(deviation.worst), "gradients": JSON(deviation.count),
    ]
    print(json.printed())
    for (op, entry) in trainer.profile.byOp.prefix(25) {
      print("\(op) \(rounded(entry.seconds)) s in \(entry.count)")
    }
    guard !comparesAll || max(lossError, deviation.largest) <= 1e-4 else {
      throw Diagnostic("the errors are above 1e-4")
    }
  }

  private static func inputs(_ reference: Checkpoint) throws -> [Name: Tensor] {
    var inputs: [Name: Tensor] = [:]
    for name in [
      "hidden_states", "timestep", "encoder_hidden_states", "global_hidden_states", "video", "target",
    ] as [Name] {
      inputs[name] = try reference.tensor(name)
    }
    let (latents, tokens) = (inputs["target"]?.shape[2] ?? 0, inputs["video"]?.shape[1] ?? 0)
    inputs["loss_weight"] = try ones([1, 1, latents])
    inputs["video_keep"] = try ones([1, tokens, 1])
    inputs["video_scale"] = try ones([])
    return inputs
  }

  private static func ones(_ shape: [Int]) throws -> Tensor {
    try Tensor(floats: Array(repeating: 1, count: shape.reduce(1, *)), shape: shape)
  }

  private static func trainer(
    _ real: String, _ types: [Name: TensorType], _ passes: [Pass], _ isProfiled: Bool
  ) throws -> Trainer {
    let backbone = try ModelSource(path: "\(real)/stable_audio").model("backbone")
    let checkpoint = try Checkpoint.open(path: "\(real)/bridge.safetensors")
    let metadata = checkpoint.metadata.map { ($0.key.text, $0.value) }
    let bridge = try Bridge(metadata: Dictionary(metadata) { first, _ in first })
    let passes = [Pass.insertVideoAttention(bridge, dropping: true)] + Pass.inference + Pass.training + passes
    var options = SessionOptions()
    options.measuresTime = isProfiled
    return try Trainer(
      try passes.run(on: backbone.graph), inputs: types,
      weights: { (path) throws(Diagnostic) in try checkpoint.tensor(path) },
      frozen: { (path) throws(Diagnostic) in try backbone.weights.tensor(path) }, TrainerSettings(),
      options: options)
  }

  /// The largest error of so many gradients.
  private struct Deviation {
    var largest = 0.0
    var worst = ""
    var count = 0
  }

  /// Compares the gradients that the reference holds; where `all` are wanted, throws iff one is missing.
  private static func compare(_ trainer: borrowing Trainer, _ reference: Checkpoint, all: Bool) throws
    -> Deviation
  {
    var deviation = Deviation()
    for (path, _) in trainer.weightTypes {
      let name = Name("gradient.\(path)")
      guard all || reference[name] != nil else { continue }
      let expected = try reference.tensor(name).floats()
      try trainer.withGradient(path) { (gradient) throws(Diagnostic) in
        let scale = max(expected.reduce(0) { max($0, abs(Double($1))) }, 1e-30)
        let differences = zip(gradient, expected).map { abs(Double($0) - Double($1)) }
        let error = differences.contains(where: \.isNaN) ? .infinity : (differences.max() ?? 0) / scale
        if error >= deviation.largest { (deviation.largest, deviation.worst) = (error, path.text) }
        deviation.count += 1
      }
    }
    return deviation
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
