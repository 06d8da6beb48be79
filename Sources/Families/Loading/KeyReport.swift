import Checkpoints
import Graphs
import Tensors

/// Everything that does not fit between the parameters of a graph and the keys of a checkpoint, told at
/// once and grouped: `layers.0-23.attn.to_q.weight`.
struct KeyReport {
  private let component: String
  private let layout: String
  private let checkpoint: Checkpoint
  private var fitting = 0
  private var missing: [(name: Name, note: String)] = []
  private var unexpected: [(name: Name, note: String)] = []
  private var misshapen: [(name: Name, note: String)] = []
  private var mistyped: [(name: Name, note: String)] = []
  /// How often the configuration has one length where the file has another.
  private var lengths: [Lengths: Int] = [:]

  private struct Lengths: Hashable {
    let expected, stored: Dim
  }

  init(component: String, layout: String, _ checkpoint: Checkpoint) {
    (self.component, self.layout, self.checkpoint) = (component, layout, checkpoint)
  }

  /// Notes what of `parameters` the checkpoint lacks or has otherwise, and what it holds besides but for the
  /// keys to ignore.
  mutating func compare(_ parameters: [Parameter], ignoring isIgnored: (Name) -> Bool) {
    for parameter in parameters {
      if let entry = checkpoint[parameter.path] {
        compare(parameter, with: entry.type)
      } else {
        missing.append((whole(parameter.path), "\(parameter.type)"))
      }
    }
    let used = Set(parameters.map(\.path))
    for entry in checkpoint.entries where !used.contains(entry.name) && !isIgnored(entry.name) {
      unexpected.append((whole(entry.name), "\(entry.type)"))
    }
  }

  /// Notes where `type`, as stored, is not what `parameter` needs. Any kind of float of sixteen bits and more will do.
  private mutating func compare(_ parameter: Parameter, with type: TensorType) {
    let name = whole(parameter.path)
    if type.dims != parameter.type.dims {
      misshapen.append((name, "is \(type), expected \(parameter.type)"))
      guard type.rank == parameter.type.rank else { return }
      for (expected, stored) in zip(parameter.type.dims, type.dims) where expected != stored {
        lengths[Lengths(expected: expected, stored: stored), default: 0] += 1
      }
    } else if type.element != parameter.type.element, !type.element.isFloat || !type.element.isArithmetic {
      let expected = parameter.type.element.isFloat ? "a float" : "\(parameter.type.element)"
      mistyped.append((name, "is \(type.element), expected \(expected)"))
    } else {
      fitting += 1
    }
  }

  /// The one error, or `nil` iff all fits.
  var diagnostic: Diagnostic? {
    let counts = [
      (missing.count, "missing"), (unexpected.count, "unexpected"), (misshapen.count, "of another shape"),
      (mistyped.count, "of another type"),
    ].filter { $0.0 > 0 }
    guard !counts.isEmpty else { return nil }
    return Diagnostic(
      .doesNotFit(component, layout, counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")),
      at: checkpoint.path,
      note: lines.joined(separator: "\n    "), help: remedy)
  }

  /// The key as the file has it.
  private func whole(_ name: Name) -> Name { Name(checkpoint.prefix.text + name.text) }

  private var lines: [String] {
    let strays = KeyGroup.groups(of: unexpected)
    return lines("missing", KeyGroup.groups(of: missing), near: strays) + lines("unexpected", strays)
      + lines("shape", KeyGroup.groups(of: misshapen)) + lines("type", KeyGroup.groups(of: mistyped))
  }

  /// Groups shown of one kind; the rest is counted.
  private static let most = 12

  private func lines(_ kind: String, _ groups: [KeyGroup], near others: [KeyGroup] = []) -> [String] {
    var lines = groups.prefix(Self.most).map { group in
      let match = NameDistance.nearest(to: group.first, in: others.map(\.first))
      let other = others.first { $0.first == match }
      return "\(kind): \(group.pattern)  \(group.note)" + (other.map { "  (is it \($0.pattern)?)" } ?? "")
    }
    if groups.count > Self.most { lines.append("\(kind): and \(groups.count - Self.most) more groups") }
    return lines
  }

  private var remedy: String {
    if !misshapen.isEmpty { return .anotherSize(mostCommon.map { ("\($0.expected)", "\($0.stored)") }) }
    if !mistyped.isEmpty { return .integers }
    if missing.isEmpty { return .holdsMore }
    return fitting == 0 ? .anotherModel : .incomplete
  }

  /// The lengths that differ most often.
  private var mostCommon: Lengths? {
    lengths.max { ($0.value, $1.key.stored.description) < ($1.value, $0.key.stored.description) }?.key
  }
}

extension Diagnostic.Message {
  fileprivate static func doesNotFit(_ component: String, _ layout: String, _ counts: String) -> Self {
    "the checkpoint does not fit the \(component)\(layout.isEmpty ? "" : " (\(layout) layout)"): keys \(counts)"
  }
}

extension String {
  fileprivate static func anotherSize(_ lengths: (expected: String, stored: String)?) -> String {
    let hint = lengths.map { " (\($0.expected) where the file has \($0.stored))" } ?? ""
    return "the configuration is for another size\(hint): pass the one that came with these weights"
  }
  fileprivate static let integers = "the weights are stored as no floats: convert them to f32, f16 or bf16"
  fileprivate static let holdsMore =
    "the file holds more than this model: pass the configuration that came with it"
  fileprivate static let anotherModel = "no key is one of this model's: pass the weights that belong to it"
  fileprivate static let incomplete =
    "check that the weights are complete and that the configuration came with them"
}
