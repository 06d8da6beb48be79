import Glibc
package import Tensors

/// The log of a run: a line of JSON a step, appended as steps are made.
package struct TrainingLog: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// A step as the log has it.
  package struct Line: Hashable, Sendable {
    package var step: Int
    package var loss: Double
    package var gradientNorm: Double
    package var learningRate: Double
    /// Seconds the step took.
    package var seconds: Double

    package init(_ report: BridgeTraining.Report, seconds: Double) {
      (step, loss, gradientNorm) = (report.step, report.loss, report.gradientNorm)
      (learningRate, self.seconds) = (report.learningRate, seconds)
    }
  }

  /// Opens the log at `path` to go on behind step `step`: lines of later steps, made before a run was cut off, are
  /// taken out. Throws iff it cannot be read or written.
  package init(path: String, after step: Int) throws(Diagnostic) {
    let lines = try Self.lines(path).filter { $0.step <= step }
    try AtomicFile.write(lines.map { $0.json.printed() + "\n" }.joined(), to: path)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path, errno) }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }

  /// Throws iff the line cannot be written.
  package func append(_ line: Line) throws(Diagnostic) {
    var rest = Array((line.json.printed() + "\n").utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .system("write", path, errno) }
      rest = rest.dropFirst(written)
    }
  }

  /// The whole lines of the log at `path`; none where there is no log. A last line that was cut off is left out.
  package static func lines(_ path: String) throws(Diagnostic) -> [Line] {
    guard access(path, F_OK) == 0 else { return [] }
    let file = try InputFile(path: path)
    let bytes = try file.read(0..<file.count)
    var lines: [Line] = []
    for text in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSON(parsing: Array(text)), let line = try? Line(JSON.Cursor(json, file: path))
      else {
        continue
      }
      lines.append(line)
    }
    return lines
  }
}

extension TrainingLog.Line {
  fileprivate init(_ json: JSON.Cursor) throws(Diagnostic) {
    step = try json.integer("step", in: 0 ... .max)
    loss = try json.real("loss")
    gradientNorm = try json.real("gradient_norm")
    learningRate = try json.real("learning_rate")
    seconds = try json.real("seconds")
  }

  package var json: JSON {
    [
      "step": JSON(step), "loss": JSON(loss), "gradient_norm": JSON(gradientNorm),
      "learning_rate": JSON(learningRate), "seconds": JSON(seconds),
    ]
  }
}
