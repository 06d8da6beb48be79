package import Tensors

/// What a conversion wrote, or would write.
package struct ConversionTable: Sendable {
  /// A file, with its tensors where it holds any.
  package struct File: Sendable {
    package let path: String
    package let tensors: [Row]

    package init(_ path: String, _ tensors: [Row]) { (self.path, self.tensors) = (path, tensors) }

    fileprivate var byteCount: Int { tensors.reduce(0) { $0 + ($1.type.byteCount ?? 0) } }
  }

  /// A tensor as it is written.
  package struct Row: Sendable {
    package let name: Name
    package let type: TensorType
    /// The element type it is cast from; that of `type` where it is not.
    package let source: DType

    package init(_ name: Name, _ type: TensorType, from source: DType) {
      (self.name, self.type, self.source) = (name, type, source)
    }
  }

  /// A tensor that lost more than digits.
  package struct Loss: Sendable {
    package let name: Name
    package let count: Int
    package let overflowed, vanished, subnormal: Int
    /// The largest magnitudes that became infinite and zero.
    package let largestOverflow, largestVanished: Double

    package init(
      _ name: Name, count: Int, overflowed: (count: Int, largest: Double),
      vanished: (count: Int, largest: Double), subnormal: Int
    ) {
      (self.name, self.count, self.subnormal) = (name, count, subnormal)
      (self.overflowed, largestOverflow) = overflowed
      (self.vanished, largestVanished) = vanished
    }
  }

  /// Whether the files are there.
  package var isWritten = false
  package var files: [File] = []
  package var notes: [String] = []
  /// How many tensors were cast, and in how many of them a value changed.
  package var (cast, changed) = (0, 0)
  /// Worst first.
  package var losses: [Loss] = []
  package var digests: [(path: String, sha256: String)] = []
  /// What was compared with the source, and how far it is from that.
  package var errors: [(name: String, error: Double)] = []

  package init() {}

  /// Losses and tensors shown before the rest is counted.
  private static let most = 20

  package var text: String {
    var text = ""
    for file in files { text += isWritten ? line(file) : "would write " + line(file) + list(file) }
    text += lossText
    for note in notes { text += "note: \(note.escapingControls)\n" }
    let worst = errors.max { !($0.error >= $1.error) }
    if let worst {
      let results = errors.count == 1 ? "1 result" : "\(errors.count.grouped) results"
      text += "verified \(results): largest error \(Float(worst.error)), \(worst.name)\n"
    }
    return text
  }

  private func line(_ file: File) -> String {
    guard !file.tensors.isEmpty else { return file.path.escapingControls + "\n" }
    let noun = file.tensors.count == 1 ? "tensor" : "tensors"
    return
      "\(file.path.escapingControls): \(file.tensors.count.grouped) \(noun), \(ByteCount(file.byteCount))\n"
  }

  private func list(_ file: File) -> String {
    var table = TextTable([("", .left), ("", .left), ("", .right)], indent: 2)
    for row in file.tensors {
      let from = row.source == row.type.element ? "" : " from \(row.source)"
      table.append(row.name.text, "\(row.type)\(from)", (row.type.byteCount ?? 0).grouped)
    }
    return table.text
  }

  private var lossText: String {
    guard cast > 0 else { return "" }
    guard changed > 0 else { return "\(cast.grouped) tensors cast, no value changed\n" }
    let rounded = "\(cast.grouped) tensors cast, values rounded in \(changed.grouped)"
    guard !losses.isEmpty else { return rounded + ", none overflowed or vanished\n" }
    var table = TextTable(
      [
        ("tensor", .left), ("elements", .right), ("to infinity", .right), ("largest", .right),
        ("to 0", .right),
        ("largest", .right), ("to subnormal", .right),
      ], indent: 2)
    for loss in losses.prefix(Self.most) {
      table.append(
        loss.name.text, loss.count.grouped, loss.overflowed.grouped,
        loss.overflowed > 0 ? "\(Float(loss.largestOverflow))" : "", loss.vanished.grouped,
        loss.vanished > 0 ? "\(Float(loss.largestVanished))" : "", loss.subnormal.grouped)
    }
    let rest = losses.count > Self.most ? "  and \(losses.count - Self.most) more tensors\n" : ""
    return rounded + ", beyond rounding in \(losses.count.grouped):\n" + table.text + rest
  }

  package var json: JSON {
    var object: JSON.Object = ["written": JSON(isWritten)]
    object["files"] = JSON(
      files.map { file in
        [
          "path": JSON(file.path), "bytes": JSON(file.byteCount),
          "tensors": JSON(
            file.tensors.map { row in
              [
                "name": JSON(row.name), "dtype": JSON("\(row.type.element)"), "from": JSON("\(row.source)"),
                "shape": JSON((row.type.shape ?? []).map { JSON($0) }),
              ]
            }),
        ]
      })
    object["cast"] = ["tensors": JSON(cast), "changed": JSON(changed)]
    object["losses"] = JSON(
      losses.map { loss in
        [
          "name": JSON(loss.name), "elements": JSON(loss.count), "overflowed": JSON(loss.overflowed),
          "largest_overflow": JSON(loss.largestOverflow), "vanished": JSON(loss.vanished),
          "largest_vanished": JSON(loss.largestVanished), "subnormal": JSON(loss.subnormal),
        ]
      })
    object["sources"] = JSON(digests.map { ["path": JSON($0.path), "sha256": JSON($0.sha256)] })
    object["notes"] = JSON(notes.map { JSON($0) })
    if !errors.isEmpty {
      object["errors"] = JSON(
        errors.map {
          ["name": JSON($0.name), "error": $0.error.isFinite ? JSON($0.error) : JSON("infinite")]
        })
    }
    return .object(object)
  }
}
