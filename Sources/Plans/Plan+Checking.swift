import Graphs
package import Tensors

extension Plan {
  /// Everything wrong with the plan, found without the planner's own bookkeeping: what is not placed, what
  /// exceeds its memory, what is overwritten while it is still to be read. Empty for every plan made here.
  package func problems() -> [Diagnostic] {
    let problems = unplaced() + excesses()
    return problems.isEmpty ? overlaps() : problems
  }

  /// Throws the first of `problems()`.
  package func verify() throws(Diagnostic) {
    if let problem = problems().first { throw problem }
  }

  /// Values that are read without a place, or before they are computed.
  func unplaced() -> [Diagnostic] {
    var known: Set<Value> = []
    var problems: [Diagnostic] = []
    func require(_ value: Value, by reader: String) {
      let root = root(of: value).value
      switch placements[root] {
      case .input, .parameter: return
      case nil: problems.append(.noPlace(graph[root].name, reader))
      default: if !known.contains(root) { problems.append(.notComputed(graph[root].name, reader)) }
      }
    }
    for step in prologue + steps {
      for input in graph[step].inputs { require(input, by: graph[step].name.sigil) }
      if placements[step] == nil { problems.append(.noPlace(graph[step].name, "its own step")) }
      known.insert(step)
    }
    for output in graph.outputs { require(output.value, by: "output \(output.name)") }
    return problems
  }

  /// Values that do not fit where they lie.
  func excesses() -> [Diagnostic] {
    var problems: [Diagnostic] = []
    for (value, placement) in placements {
      let node = graph[value]
      let size = node.type.byteCount ?? .max
      let room: Range<Int>?
      switch placement {
      case .arena(let range): room = range.upperBound <= arenaSize && range.count == size ? range : nil
      case .prologue(let range): room = range.upperBound <= prologueSize && range.count == size ? range : nil
      case .output(let output): room = 0..<outputSizes[output]
      case .input(let input): room = graph.inputs[input] == value ? 0..<size : nil
      case .parameter(let path): room = (node.op as? Parameter)?.path == path ? 0..<size : nil
      case .alias(let other, let offset):
        let whole = graph[other].type.byteCount ?? 0
        room = offset >= 0 && offset <= whole ? offset..<whole : nil
      }
      guard let room, room.lowerBound >= 0, room.count >= size else {
        problems.append(.exceeds(node.name, size, placement))
        continue
      }
    }
    return problems.sorted { $0.message.text < $1.message.text }
  }

  /// Values whose bytes are written over before their last reader.
  ///
  /// Replays the work twice, as two runs would: each step's bytes are written, each operand's must still be
  /// those of the node that made them.
  func overlaps() -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var arena = Bytes()
    var kept = Bytes()
    var slots: [Int: Value] = [:]
    func holds(_ value: Value) -> Bool {
      let root = root(of: value).value
      switch placements[root] {
      case .arena(let range): return arena.holds(root, in: range)
      case .prologue(let range): return kept.holds(root, in: range)
      case .output(let output): return slots[output] == root
      default: return true
      }
    }
    for step in prologue + steps + steps {
      for input in graph[step].inputs where !holds(input) {
        problems.append(.overwritten(graph[input].name, graph[step].name.sigil))
      }
      switch placements[step] {
      case .arena(let range):
        if let input = clobbered(by: step, in: range) {
          problems.append(.overwritten(graph[input].name, graph[step].name.sigil))
        }
        arena.write(step, in: range)
      case .prologue(let range): kept.write(step, in: range)
      case .output(let output): slots[output] = step
      default: problems.append(.notWritable(graph[step].name))
      }
    }
    for output in graph.outputs where !holds(output.value) {
      problems.append(.overwritten(graph[output.value].name, "output \(output.name)"))
    }
    return problems
  }

  /// An operand that `step` would write over while reading it, and may not.
  private func clobbered(by step: Value, in range: Range<Int>) -> Value? {
    let node = graph[step]
    for (position, input) in node.inputs.enumerated() {
      let (root, offset) = root(of: input)
      guard case .arena(let whole) = placements[root] else { continue }
      let size = graph[input].type.byteCount ?? 0
      let bytes = whole.lowerBound + offset..<whole.lowerBound + offset + size
      guard bytes.overlaps(range) else { continue }
      let isInPlace = bytes == range && graph[input].type.count == node.type.count
      if !isInPlace || !type(of: node.op).mayOverwrite.contains(position) { return input }
    }
    return nil
  }
}

/// Which value's bytes a stretch of memory holds.
private struct Bytes {
  private var owners: [(range: Range<Int>, value: Value)] = []

  /// Whether `range` holds what `value` wrote, whole.
  func holds(_ value: Value, in range: Range<Int>) -> Bool {
    range.isEmpty || owners.contains { $0.value == value && $0.range == range }
  }

  /// Everything that `range` touches is lost.
  mutating func write(_ value: Value, in range: Range<Int>) {
    owners.removeAll { $0.range.overlaps(range) }
    if !range.isEmpty { owners.append((range, value)) }
  }
}

extension Diagnostic {
  fileprivate static func noPlace(_ name: Name, _ reader: String) -> Diagnostic {
    Diagnostic("\(name.sigil) has no place, but \(reader) needs one", at: name.sigil, kind: .software)
  }
  fileprivate static func notComputed(_ name: Name, _ reader: String) -> Diagnostic {
    Diagnostic("\(name.sigil) is not computed before \(reader) reads it", at: name.sigil, kind: .software)
  }
  fileprivate static func exceeds(_ name: Name, _ size: Int, _ placement: Placement) -> Diagnostic {
    Diagnostic(
      "\(name.sigil) takes \(size) bytes and does not fit in \(placement)", at: name.sigil, kind: .software)
  }
  fileprivate static func overwritten(_ name: Name, _ reader: String) -> Diagnostic {
    Diagnostic("\(name.sigil) is overwritten before \(reader) has read it", at: name.sigil, kind: .software)
  }
  fileprivate static func notWritable(_ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is computed into memory that is not its own", at: name.sigil, kind: .software)
  }
}
