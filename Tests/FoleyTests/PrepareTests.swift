import Foundation
import TemporaryFolders
import Testing

/// From clips to a trained bridge through the command line.
@Suite struct PrepareCommandTests {
  private let folder: TemporaryFolder
  private var pipeline: String { folder("pipeline") }
  private var ball: String { "\(Places.package.path)/\(Places.fixtures)/clips/ball.mp4" }

  init() throws {
    folder = try TemporaryFolder()
    try folder.assembleTiny()
  }

  /// A list of as many parts of the clip, one a tenth of a second behind the other.
  private func list(_ count: Int) throws -> String {
    let lines = (0..<count).map { index in
      #"{"video": "\#(ball)", "prompt": "a ball", "id": "\#(index)", "start": \#(Double(index % 30) / 10), "duration": 1}"#
    }
    return try folder.put("clips.jsonl", lines.joined(separator: "\n"))
  }

  @Test func preparesAndTrains() throws {
    let made = try foley("prepare", pipeline, try list(3), "-o", folder("data"))
    #expect(
      made.status == 0 && made.output == "\(folder("data")): 3 clips in 1 shards, 0 left out\n", "\(made)")
    let again = try foley("prepare", pipeline, try list(3), "-o", folder("data"), "--format", "json")
    #expect(again.status == 0 && again.output.contains("\"clips\": 3"))
    let trained = try foley(
      "train", pipeline, folder("data"), "-o", folder("run"), "--steps", "2", "--batch", "2",
      "--validation", folder("data"), "--validate-every", "1", "--sample-every", "2", "--samples", "1",
      "--loss-weighting", "min-snr")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("step 2/2: validation loss "))
    #expect(try folder.bytes("run/loss.svg").starts(with: Array("<svg ".utf8)))
    #expect(try folder.bytes("run/loss.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    for file in ["0-0.wav", "0-0.png"] {
      #expect(try !folder.bytes("run/samples/step-00000002/\(file)").isEmpty)
    }
    // A sound that is lost is made again, the same.
    let heard = try folder.bytes("run/samples/step-00000002/0-0.wav")
    unlink(folder("run/samples/step-00000002/0-0.wav"))
    let resumed = try foley(
      "train", pipeline, folder("data"), "-o", folder("run"), "--resume", "--sample-every", "2", "--samples",
      "1")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try folder.bytes("run/samples/step-00000002/0-0.wav") == heard)
    for setting in [["--precision", "bf16"], ["--steps", "3"]] {
      let changed = try FoleyProcess(
        ["train", pipeline, folder("data"), "-o", folder("run"), "--resume"] + setting)
      #expect(
        changed.status == 64 && changed.errors.contains("A resumed run keeps its settings"), "\(changed)")
    }
  }

  @Test func sameBytesOnAnyNumberOfThreads() throws {
    for threads in ["1", "2"] {
      let made = try foley("prepare", pipeline, try list(2), "-o", folder(threads), "--threads", threads)
      #expect(made.status == 0, "\(made.errors)")
    }
    #expect(try folder.bytes("1/clips-000000.safetensors") == folder.bytes("2/clips-000000.safetensors"))
  }

  @Test func badClipsAreToldOf() throws {
    let list = try folder.put(
      "clips.jsonl",
      "{\"video\": \"\(ball)\", \"prompt\": \"a\"}\n{\"video\": \"nowhere.mp4\", \"prompt\": \"b\"}")
    let made = try foley("prepare", pipeline, list, "-o", folder("data"))
    #expect(made.status == 0 && made.output.contains("1 clips in 1 shards, 1 left out"), "\(made)")
    #expect(made.output.contains("\"nowhere\": cannot open"))
    let strict = try foley("prepare", pipeline, list, "-o", folder("strict"), "--strict")
    #expect(strict.status == 66 && strict.errors.contains("the clip is \"nowhere\""), "\(strict)")
    let none = try folder.put("none.jsonl", #"{"video": "nowhere.mp4", "prompt": "b"}"#)
    let nothing = try foley("prepare", pipeline, none, "-o", folder("nothing"))
    #expect(nothing.status == 65 && nothing.errors.contains("no clip could be used"), "\(nothing)")
  }

  /// However it ends, what is there is a dataset, and the same command makes it whole.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL]) func aSignalLosesAShardAtMost(signal: Int32) throws {
    let list = try list(40)
    let arguments = ["prepare", pipeline, list, "--clips-per-shard", "3", "-o"]
    let running = try FoleyProcess.Running(arguments + [folder("data")])
    let first = folder("data/clips-000001.safetensors")
    while running.process.isRunning, access(first, F_OK) != 0 { usleep(5000) }
    kill(running.process.processIdentifier, signal)
    let seen = try running.finish()
    if signal != SIGKILL {
      #expect(seen.status == 130 && seen.errors.contains("clips are saved"), "\(seen)")
    }
    let rest = try FoleyProcess(arguments + [folder("data")])
    #expect(rest.status == 0 && rest.output.contains(": 40 clips in"), "\(rest)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder("data"))
    #expect(names.filter { $0.hasSuffix(".safetensors") }.count >= 14)
    if signal == SIGKILL {
      let whole = try FoleyProcess(arguments + [folder("whole")])
      #expect(whole.status == 0)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder("whole")) {
        #expect(try folder.bytes("whole/\(name)") == folder.bytes("data/\(name)"), "\(name)")
      }
    }
  }

  @Test(arguments: [
    ["--seconds", "0"], ["--shard", "3/2"], ["--shard", "x"], ["--max-silence", "2"],
    ["--keep", "clap>=0.3"],
    ["--keep", "clap", "--scores", "s.jsonl"], ["--clips-per-shard", "0"], ["--seconds", "100"],
  ])
  func wrongChoices(choice: [String]) throws {
    let made = try FoleyProcess(["prepare", pipeline, try list(1), "-o", folder("data")] + choice)
    #expect(made.status == 64, "\(made)")
  }
}
