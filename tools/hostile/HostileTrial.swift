import Checkpoints
import HostileFiles
import TemporaryFolders
import Tensors

/// `foley` on one hostile file: what it did, and what of it should not be.
struct HostileTrial {
  /// What every case may take.
  struct Bounds {
    var seconds: Double
    var bytes: Int
    /// Seconds after which a run is ended.
    var patience: Double
  }

  let file: HostileCase
  private(set) var outcome = "accepted"
  private(set) var seconds = 0.0
  private(set) var bytes = 0
  private(set) var troubles: [String] = []
  private let bounds: Bounds
  private let foley: String
  private let folder: TemporaryFolder

  /// Looks at the file, and runs what can be looked at. Throws iff that cannot be tried.
  init(_ file: HostileCase, foley: String, bounds: Bounds) throws {
    (self.file, self.foley, self.bounds) = (file, foley, bounds)
    folder = try TemporaryFolder()
    let path = try file.put(into: folder)
    let isRead = try inspect(path)
    if isRead, file.format == .onnx { try run(path) }
    let isLate = seconds > bounds.seconds && seconds > file.seconds
    if isLate { troubles.append("takes \(seconds.rounded(to: 2)) s") }
    if bytes > bounds.bytes { troubles.append("takes \(bytes >> 20) MB") }
  }

  /// Whether the file is accepted.
  private mutating func inspect(_ path: String) throws -> Bool {
    let aspect = file.format == .hdf5 ? ["--weights", "--scan"] : []
    guard try start(["inspect", path, "--format", "json"] + aspect) else {
      outcome = "not read"
      let isExpected = file.verdict == .read || file.verdict == .run || file.verdict == .import
      expect(isExpected, "is refused when it is read")
      return false
    }
    expect(file.verdict != .read, "is read")
    if file.verdict == .accept { expect(try text("out").contains(file.jsonWords), "has no such note") }
    return true
  }

  private mutating func run(_ path: String) throws {
    let inputs = try JSON.Cursor(JSON(parsing: folder.bytes("out")), file: "out").array()[0].array("inputs")
    let tensors = try inputs.map { input throws(Diagnostic) in
      let shape = try input.array("shape").map { dim in (try? dim.integer()) ?? 4 }
      let element = DType(rawValue: try input.string("dtype")) ?? .f32
      let zeros = [Double](repeating: 0, count: shape.reduce(1, *))
      return (
        name: Name(try input.string("name")),
        tensor: try Tensor(reals: zeros, as: TensorType(element, shape: shape))
      )
    }
    try Checkpoint.write(tensors, to: folder("in.npz"))
    let isRun = try start(["run", path, "--inputs", folder("in.npz"), "--outputs", folder("result.npz")])
    if !isRun { outcome = "not run" }
    expect(isRun == (file.verdict == .accept || file.verdict == .result), isRun ? "runs" : "does not run")
  }

  /// Whether `foley` ended well; where it did not, that has to be with words.
  private mutating func start(_ arguments: [String]) throws -> Bool {
    let run = try MeasuredRun(
      [foley] + arguments, output: folder("out"), errors: folder("err"), patience: bounds.patience)
    seconds = max(seconds, run.seconds)
    bytes = max(bytes, run.bytes)
    guard run.status != 0 else { return true }
    expect(!run.isHung, "does not come to an end")
    expect(run.isHung || run.status > 0, "is ended by signal \(-run.status)")
    let words = try text("err")
    expect(words.contains("error: ") && run.status < 128, "ends with status \(run.status) and no words")
    if file.verdict != .accept, !words.contains(file.words) {
      troubles.append("says \(words.prefix { $0 != "\n" })")
    }
    return false
  }

  private mutating func expect(_ isSo: Bool, _ trouble: @autoclosure () -> String) {
    if !isSo { troubles.append(trouble()) }
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  /// As a line of the table.
  var line: String {
    let columns = [
      "\(file.format)".padded(to: 5), file.name.padded(to: 30), file.verdict.rawValue.padded(to: 7),
      outcome.padded(to: 9), "\(Int((seconds * 1000).rounded())) ms".padded(to: 8, onTheLeft: true),
      "\(bytes >> 20) MB".padded(to: 7, onTheLeft: true),
    ]
    return (columns + troubles).joined(separator: "  ")
  }
}

extension HostileCase {
  /// Seconds that it may take in any case: a chain of 200,000 nodes is a large model and no attack.
  fileprivate var seconds: Double { name == "nodes_200k_chain" ? 5 : 0 }
  /// The words as they stand in JSON.
  fileprivate var jsonWords: String { words.replacing("\"", with: "\\\"") }
}

extension String {
  fileprivate func padded(to width: Int, onTheLeft: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return onTheLeft ? space + self : self + space
  }
}

extension Double {
  fileprivate func rounded(to places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
