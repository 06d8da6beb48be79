import Checkpoints
import Foundation
import TemporaryFolders
import Tensors
import Testing

/// Training on several ranks through the command line, where there is an `mpirun` and `foley` was built for it.
@Suite(.serialized) struct RanksCommandTests {
  private let folder: TemporaryFolder
  private static let steps = 8

  init() throws {
    folder = try TemporaryFolder()
    try folder.assembleTiny()
    let ball = "\(Places.package.path)/\(Places.fixtures)/clips/ball.mp4"
    let clips = (0..<5).map {
      #"{"video": "\#(ball)", "prompt": "a ball", "id": "\#($0)", "start": \#(Double($0) / 10), "duration": 1}"#
    }
    let list = try folder.put("clips.jsonl", clips.joined(separator: "\n"))
    let data = try foley("prepare", folder("pipeline"), list, "-o", folder("data"))
    #expect(data.status == 0, "\(data.errors)")
  }

  /// The command line of a training; `more` are how to train.
  private func training(_ run: String, _ more: String...) -> [String] {
    ["train", folder("pipeline"), folder("data"), "-o", folder(run), "--quiet"] + more
  }

  private func begun(_ run: String, accumulation: Int, steps: Int = steps, _ more: String...) -> [String] {
    training(
      run, "--steps", "\(steps)", "--batch", "2", "--accumulation", "\(accumulation)", "--warmup", "2",
      "--learning-rate", "1e-3", "--hold-out", "0.3", "--save-every", "4", "--validate-every", "4") + more
  }

  private func losses(_ run: String) throws -> [Double] {
    try String(contentsOfFile: folder("\(run)/log.jsonl"), encoding: .utf8).split(separator: "\n").map {
      line in
      let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(json?["loss"] as? Double ?? json?["validation_loss"] as? Double)
    }
  }

  private func bridge(_ run: String) throws -> [Float] {
    let checkpoint = try Checkpoint.open(
      path: folder("\(run)/bridges/step-0000000\(Self.steps).safetensors"))
    return try checkpoint.entries.flatMap { Array(try $0.tensor.floats()) }
  }

  @Test(.enabled(if: MPI.isThere, "\(MPI.absence)")) func twoRanksAreOneWithTwiceTheAccumulation() throws {
    let one = try FoleyProcess(begun("one", accumulation: 4))
    #expect(one.status == 0, "\(one)")
    for run in ["two", "again"] {
      let two = try FoleyProcess(begun(run, accumulation: 2), ranks: 2)
      #expect(two.status == 0 && two.output.hasSuffix("the bridge after \(Self.steps) steps\n"), "\(two)")
    }
    #expect(try folder.bytes("one/run.json") == folder.bytes("two/run.json"))
    let (alone, both) = (try losses("one"), try losses("two"))
    #expect(alone.count == Self.steps + 3 && alone.count == both.count)
    for (a, b) in zip(alone, both) { #expect(abs(a - b) <= 1e-5 * abs(a)) }
    let (a, b) = (try bridge("one"), try bridge("two"))
    let largest = a.map(abs).max() ?? 0
    #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
    for file in ["bridges", "states"].map({ "\($0)/step-0000000\(Self.steps).safetensors" }) {
      #expect(try folder.bytes("two/\(file)") == folder.bytes("again/\(file)"), "\(file)")
    }
  }

  /// A run is gone on with by any number of ranks that have work, and by no more.
  @Test(.enabled(if: MPI.isThere, "\(MPI.absence)")) func ranksMayComeAndGo() throws {
    let begun = try FoleyProcess(begun("run", accumulation: 2), ranks: 2)
    #expect(begun.status == 0, "\(begun)")
    for file in ["bridges", "states"] {
      try FileManager.default.removeItem(
        atPath: folder("\(file == "states" ? "run/states" : "run/bridges")/step-00000008.safetensors"))
    }
    let before = try losses("run")
    let rest = try FoleyProcess(training("run", "--resume"), ranks: 3)
    #expect(rest.status == 0, "\(rest)")
    for (a, b) in zip(before, try losses("run")) { #expect(abs(a - b) <= 1e-5 * abs(a)) }
    let many = try FoleyProcess(training("run", "--resume"), ranks: 5)
    #expect(many.status == 64 && many.errors.contains("5 ranks are to share steps of 4 batches"), "\(many)")
    #expect(many.errors.components(separatedBy: "error: ").count == 2, "said once")
  }

  /// The others do not wait for a rank that was killed, and what was saved is gone on with.
  @Test(.enabled(if: MPI.isThere, "\(MPI.absence)")) func aKilledRankEndsTheJob() throws {
    let running = try FoleyProcess.Running(begun("run", accumulation: 1, steps: 100_000), ranks: 2)
    let first = folder("run/states/step-00000004.safetensors")
    while running.process.isRunning, access(first, F_OK) != 0 { usleep(5000) }
    for rank in try MPI.ranks(of: running.process.processIdentifier).suffix(1) { kill(rank, SIGKILL) }
    let seen = try running.finish()
    #expect(seen.status != 0)
    let states = try states("run")
    #expect(!states.isEmpty && states.allSatisfy { $0.hasSuffix(".safetensors") }, "\(states)")
    let again = try FoleyProcess.Running(training("run", "--resume", "--save-every", "100000"), ranks: 2)
    let saved = try #require(states.last)
    let step = try #require(Int(saved.dropFirst(5).prefix(8)))
    while again.process.isRunning, try losses("run").count < step * 5 / 4 + 20 { usleep(5000) }
    // Told to end, one stops all of them behind the same step, and the first saves it.
    for rank in try MPI.ranks(of: again.process.processIdentifier).suffix(1) { kill(rank, SIGTERM) }
    let stopped = try again.finish()
    #expect(stopped.status == 130 && stopped.errors.contains("which is saved"), "\(stopped)")
    #expect(try #require(try self.states("run").last) > saved, "\(stopped)")
  }

  /// In the order of their steps.
  private func states(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder("\(run)/states")).sorted()
  }

  /// What befalls one rank is said once, by it, with its name.
  @Test(.enabled(if: MPI.isThere, "\(MPI.absence)")) func aRankThatFailsSaysSo() throws {
    let here = Places.executable.path
    let other = begun("run", accumulation: 2).map { $0 == folder("data") ? folder("nowhere") : $0 }
    let seen = try FoleyProcess(
      begun("run", accumulation: 2) + [":", "-n", "1", here] + other, ranks: 1)
    #expect(seen.status == 74, "\(seen)")
    #expect(seen.errors.contains("this is rank 1 of 2, on "), "\(seen)")
    #expect(seen.errors.components(separatedBy: "error: ").count == 2, "\(seen)")
    let settings = try FoleyProcess(
      begun("run", accumulation: 2) + [":", "-n", "1", here] + begun("run", accumulation: 3), ranks: 1)
    #expect(
      settings.status == 64 && settings.errors.contains("are not those of the first rank"), "\(settings)")
  }

  /// Whether this `foley` was built with OpenMPI or not, ranks that it cannot meet are an error.
  @Test func ranksThatAreNotThereAreToldOf() throws {
    let seen = try FoleyProcess(begun("run", accumulation: 2), environment: ["OMPI_COMM_WORLD_SIZE": "2"])
    #expect(seen.status == 69 && seen.errors.hasPrefix("error: mpirun started 2 ranks, but "), "\(seen)")
    #expect(seen.errors.contains("help: "))
    #expect(access(folder("run"), F_OK) != 0)
  }
}

/// OpenMPI on this machine.
private enum MPI {
  static let absence = "neither mpirun nor a foley built with OpenMPI is here: tools/setup --mpi"

  static let isThere: Bool = {
    guard Places.mpirun != nil else { return false }
    let seen = try? FoleyProcess(
      ["train", "pipeline", "data", "-o", "run"], environment: ["OMPI_COMM_WORLD_SIZE": "2"])
    return seen?.errors.contains("was built without OpenMPI") == false
  }()

  /// The processes that `mpirun` started.
  static func ranks(of parent: Int32) throws -> [Int32] {
    try String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
      .split(separator: " ").compactMap { Int32($0) }
  }
}
