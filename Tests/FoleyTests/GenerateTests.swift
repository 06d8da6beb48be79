import Foundation
import TemporaryFolders
import Testing

/// The whole way through the command line over the committed tiny models.
@Suite struct GenerateCommandTests {
  /// A pipeline of the tiny set in a folder of its own.
  private struct Tiny {
    let folder: TemporaryFolder
    var path: String { folder("pipeline") }

    init() throws {
      folder = try TemporaryFolder()
      let made = try folder.assembleTiny()
      #expect(made.output.contains("2 sites, 14,809 parameters a block, 29,618 in all"))
    }

    /// What `generate` must not have left behind: anything but these.
    var names: [String] { folder.names.filter { $0 != "pipeline" }.sorted() }

    func clip(_ name: String) -> String { "\(Places.fixtures)/clips/\(name).mp4" }
  }

  @Test func sameBytesOnAnyNumberOfThreads() throws {
    let tiny = try Tiny()
    var sounds: [[UInt8]] = []
    for (threads, seed) in [("1", "7"), ("2", "7"), ("2", "8")] {
      let made = try foley(
        "generate", tiny.path, "--video", tiny.clip("ball"), "--prompt", "a ball bounces", "--steps", "3",
        "--seed", seed, "--threads", threads, "-o", tiny.folder("out.wav"), "--format", "json")
      #expect(made.status == 0, "\(made.errors)")
      #expect(made.output.contains("\"seconds\": 4"))
      sounds.append(try tiny.folder.bytes("out.wav"))
    }
    #expect(sounds[0].count == 44 + 4 * 44100 * 2 * 2)
    #expect(sounds[0] == sounds[1])
    #expect(sounds[0] != sounds[2])
  }

  @Test func videoBesideTheSoundAndASpectrogram() throws {
    let tiny = try Tiny()
    let made = try foley(
      "generate", tiny.path, "--video", tiny.clip("ball"), "--start", "1", "--duration", "1.5", "--steps",
      "2",
      "-o", tiny.folder("out.mp4"), "--spectrogram", tiny.folder("out.png"))
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("1.5 s"))
    #expect(try tiny.folder.bytes("out.mp4")[4..<8].elementsEqual("ftyp".utf8))
    #expect(try tiny.folder.bytes("out.png")[1..<4].elementsEqual("PNG".utf8))
    #expect(tiny.names == ["out.mp4", "out.png"])
  }

  @Test func textAloneAndOtherEncodings() throws {
    let tiny = try Tiny()
    for (encoding, width) in [("pcm16", 2), ("pcm24", 3), ("float", 4)] {
      let made = try foley(
        "generate", tiny.path, "--prompt", "rain", "--seconds", "0.5", "--steps", "2", "--encoding", encoding,
        "-o", tiny.folder("out.wav"))
      #expect(made.status == 0, "\(made.errors)")
      #expect(try tiny.folder.bytes("out.wav").count >= 22050 * 2 * width)
    }
  }

  @Test(arguments: [
    ("text", "this is no video"), ("playlist", "a playlist"), ("audio_only", "there is no video stream"),
    ("no_frames", "no frame that decodes"), ("truncated", "the pictures end"), ("cut_index", "cut off"),
    ("twelve_hours", "the limit is 12.0 s"), ("missing", "No such file"),
  ])
  func badClipsLeaveTheOutputAlone(clip: String, words: String) throws {
    let tiny = try Tiny()
    try tiny.folder.put("out.wav", "what was here before")
    let made = try foley(
      "generate", tiny.path, "--video", tiny.clip(clip), "--steps", "1", "-o", tiny.folder("out.wav"))
    #expect(made.status > 0 && made.errors.contains(words), "\(made)")
    #expect(try tiny.folder.bytes("out.wav").elementsEqual("what was here before".utf8))
    #expect(tiny.names == ["out.wav"])
  }

  @Test(arguments: ["odd_size", "rotated", "variable_rate", "one_frame"])
  func oddClipsAreHeard(clip: String) throws {
    let tiny = try Tiny()
    let made = try foley(
      "generate", tiny.path, "--video", tiny.clip(clip), "--steps", "1", "-o", tiny.folder("out.wav"))
    #expect(made.status == 0, "\(made.errors)")
  }

  @Test func noPlaceForTheOutput() throws {
    let tiny = try Tiny()
    let made = try foley(
      "generate", tiny.path, "--prompt", "rain", "-o", tiny.folder("nowhere/out.wav"))
    #expect(made.status == 73 && made.errors.contains("nowhere"), "\(made)")
  }

  @Test func aFullDiskLosesNothing() throws {
    let tiny = try Tiny()
    try tiny.folder.put("out.wav", "what was here before")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.currentDirectoryURL = Places.package
    // Files may grow to 64 KiB, which the sound does not fit.
    shell.arguments = [
      "-c", "ulimit -f 128; exec \"$0\" generate \"$1\" --prompt rain --seconds 2 --steps 1 -o \"$2\"",
      Places.executable.path, tiny.path, tiny.folder("out.wav"),
    ]
    let errors = Pipe()
    shell.standardError = errors
    try shell.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(shell.terminationReason == .exit && shell.terminationStatus > 0, "\(text)")
    #expect(text.contains("out.wav"))
    #expect(try tiny.folder.bytes("out.wav").elementsEqual("what was here before".utf8))
    #expect(tiny.names == ["out.wav"])
  }

  @Test func aSignalHalfWayLosesNothing() throws {
    let tiny = try Tiny()
    try tiny.folder.put("out.wav", "what was here before")
    let running = try FoleyProcess.Running([
      "generate", tiny.path, "--prompt", "rain", "--seconds", "40", "--steps", "100000", "-o",
      tiny.folder("out.wav"),
    ])
    Thread.sleep(forTimeInterval: 2)
    #expect(running.process.isRunning)
    kill(running.process.processIdentifier, SIGINT)
    let seen = try running.finish()
    // Between two steps or inside one.
    let isSaid = seen.errors.contains("stopped") || seen.errors.contains("interrupted")
    #expect(seen.status == 130 && isSaid, "\(seen)")
    #expect(try tiny.folder.bytes("out.wav").elementsEqual("what was here before".utf8))
    #expect(tiny.names == ["out.wav"])
  }
}
