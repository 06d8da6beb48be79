import Foundation
import Testing

/// `foley` itself on every hostile file, within 256 MB. `tools/hostile/run` also holds a release build to 2 s.
@Suite struct HostileTests {
  @Test(.timeLimit(.minutes(5)), arguments: ["onnx", "hdf5"]) func staysWithinMemory(_ format: String) throws
  {
    let process = Process()
    process.executableURL = Places.executable.deletingLastPathComponent().appendingPathComponent("hostile")
    // A debug build on a busy machine: the seconds only end what hangs, and the largest file is left out.
    process.arguments = ["--seconds", "60", "--quiet", "--format", format, "--skip", "nodes_200k_chain"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
