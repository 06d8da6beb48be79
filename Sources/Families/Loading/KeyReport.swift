import Graphs
import Tensors

/// Everything that does not fit between the parameters of a graph and the keys of a checkpoint, told at
/// once and grouped: `layers.0-23.attn.to_q.weight`.
struct KeyReport {
  let component: String
  let path: String
  let layout: String
  private var missing: [(name: Name, type: TensorType)] = []
  private var unexpected: [(name: Name, type: TensorType)] = []
  private var misshapen: [(name: Name, note: String)] = []
  private var mistyped: [(name: Name, note: String)] = []

  init(component: String, path: String, layout: String) {
    (self.component, self.path, self.layout) = (component, path, layout)
  }

  mutating func missing(_ parameter: Parameter) { missing.append((parameter.path, parameter.type)) }
  mutating func unexpected(_ name: Name, _ type: TensorType) { unexpected.append((name, type)) }

  /// Notes where `type`, as stored, is not what `parameter` needs. Any kind of float will do.
  mutating func compare(_ parameter: Parameter, with type: TensorType) {
    if type.dims != parameter.type.dims {
      misshapen.append((parameter.path, "is \(type), expected \(parameter.type)"))
    } else if !type.element.isFloat || !type.element.hasValues {
      mistyped.append((parameter.path, "is \(type.element), expected a float"))
    }
  }

  /// The one error, or `nil` iff all fits.
  var diagnostic: Diagnostic? {
    let counts = [
      (missing.count, "missing"), (unexpected.count, "unexpected"), (misshapen.count, "of another shape"),
      (mistyped.count, "of another type"),
    ].filter { $0.0 > 0 }
    guard !counts.isEmpty else { return nil }
    let summary = counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return Diagnostic(
      "the checkpoint does not fit the \(component)\(layout.isEmpty ? "" : " (\(layout) layout)"): keys \(summary)",
      at: path, note: lines.joined(separator: "\n    "), help: remedy)
  }

  private var lines: [String] {
    var lines: [String] = []
    lines += grouped("missing", missing.map { ($0.name, "\($0.type)") }, near: unexpected.map(\.name))
    lines += grouped("unexpected", unexpected.map { ($0.name, "\($0.type)") }, near: [])
    lines += grouped("shape", misshapen.map { ($0.name, $0.note) }, near: [])
    lines += grouped("type", mistyped.map { ($0.name, $0.note) }, near: [])
    return lines
  }

  /// Groups shown of one kind; the rest is counted.
  private static let most = 12

  private func grouped(_ kind: String, _ keys: [(name: Name, note: String)], near: [Name]) -> [String] {
    let groups = KeyGroup.groups(of: keys)
    var lines = groups.prefix(Self.most).map { group in
      var line = "\(kind): \(group.pattern)  \(group.note)"
      if let match = NameDistance.nearest(to: group.first, in: near) { line += "  (is it \(match)?)" }
      return line
    }
    if groups.count > Self.most { lines.append("\(kind): and \(groups.count - Self.most) more groups") }
    return lines
  }

  private var remedy: String {
    if !misshapen.isEmpty { return "the configuration is for another size: pass the one that came with these weights" }
    if !mistyped.isEmpty { return "the weights are stored as integers: convert them to f32, f16 or bf16" }
    if missing.isEmpty { return "the file holds more than this model: pass the configuration that came with it" }
    return "check that the weights are complete and that the configuration came with them"
  }
}

/// Keys that differ in one number only, and say the same.
private struct KeyGroup {
  let first: Name
  let note: String
  let pattern: String

  static func groups(of keys: [(name: Name, note: String)]) -> [KeyGroup] {
    var order: [String] = []
    var members: [String: (first: Name, note: String, parts: [String], hole: Int?, numbers: [Int])] = [:]
    for key in keys {
      let parts = key.name.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      let hole = parts.firstIndex { Int($0) != nil }
      var shape = parts
      if let hole { shape[hole] = "*" }
      let identity = shape.joined(separator: ".") + " " + key.note
      if members[identity] == nil {
        order.append(identity)
        members[identity] = (key.name, key.note, parts, hole, [])
      }
      if let hole, let number = Int(parts[hole]) { members[identity]?.numbers.append(number) }
    }
    return order.compactMap { identity in
      guard let group = members[identity] else { return nil }
      var parts = group.parts
      if let hole = group.hole { parts[hole] = ranges(group.numbers) }
      return KeyGroup(first: group.first, note: group.note, pattern: parts.joined(separator: "."))
    }
  }

  /// `0-23`, `0-3,5`.
  private static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, number <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, number)
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
