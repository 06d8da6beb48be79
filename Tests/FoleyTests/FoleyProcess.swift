import Foundation
import TemporaryFolders

/// The built `foley`, run as a person runs it, from the root of the package.
struct FoleyProcess {
  let status: Int32
  let output: String
  let errors: String

  /// Runs it to its end, on so many ranks by `mpirun` if asked to.
  init(_ arguments: [String], ranks: Int? = nil, environment: [String: String] = [:]) throws {
    let running = try Running(arguments, ranks: ranks, environment: environment)
    self = try running.finish()
  }

  fileprivate init(status: Int32, output: String, errors: String) {
    (self.status, self.output, self.errors) = (status, output, errors)
  }

  /// A `foley` at work.
  struct Running {
    let process = Process()
    private let folder: TemporaryFolder

    init(_ arguments: [String], ranks: Int? = nil, environment more: [String: String] = [:]) throws {
      folder = try TemporaryFolder()
      process.executableURL = Places.executable
      process.arguments = arguments
      if let ranks, let mpirun = Places.mpirun {
        process.executableURL = mpirun
        process.arguments =
          ["--oversubscribe", "--bind-to", "none", "-n", "\(ranks)", Places.executable.path] + arguments
      }
      process.currentDirectoryURL = Places.package
      var environment = ProcessInfo.processInfo.environment
      environment["COLUMNS"] = "100"
      // In a container one is root.
      environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
      environment.merge(more) { _, new in new }
      process.environment = environment
      process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.put("out", "")))
      process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.put("err", "")))
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    func finish() throws -> FoleyProcess {
      process.waitUntilExit()
      let text = { name in String(decoding: try folder.bytes(name), as: UTF8.self) }
      // A process that a signal ended counts as crashed, whatever the number.
      let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
      return FoleyProcess(status: status, output: try text("out"), errors: try text("err"))
    }
  }
}

/// Where things lie.
enum Places {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let snapshots = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")
  /// Beside the running test bundle.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("foley")
  static let fixtures = "Tests/Fixtures"
  /// OpenMPI's, where it is installed.
  static let mpirun = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(fileURLWithPath: "\($0)/mpirun") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
}

func foley(_ arguments: String...) throws -> FoleyProcess { try FoleyProcess(arguments) }
