import Graphs
import Operators
import Tensors

extension Pass {
  /// Makes one product of the linear maps that queries, keys and values of an attention are made by from the
  /// same value; keys and values alone where only they share it.
  ///
  ///     %q = linear(%x, slice(%w, rows 0..n)); %k = linear(%x, slice(%w, rows n..2n)); …
  ///     ->  %qkv = linear(%x, %w); %q = slice(%qkv, columns 0..n); %k = slice(%qkv, columns n..2n); …
  ///
  /// Adjoining rows of one matrix are taken as they lie; matrices of their own are put together, which copies
  /// them once per load. Biases likewise.
  ///
  /// Not part of `Pass.inference`, as it does not pay on a CPU: matrices of the sizes of these models are
  /// multiplied no faster as one, and the slices of the result are strided, so that each is copied at every
  /// run and stands in memory twice.
  package static let fuseQKV = Pass("fuse-qkv", "make queries, keys and values by one product") {
    (graph) throws(Diagnostic) in
    let groups = ProjectionGroup.all(in: graph)
    guard !groups.isEmpty else { return graph }
    let byMember = Dictionary(groups.flatMap { group in group.members.map { ($0, group) } }) { first, _ in
      first
    }
    var placed: Set<Value> = []
    var rebuild = try Rebuild(graph)
    try rebuild.walk { (rebuild, value) throws(Diagnostic) in
      guard !placed.contains(value) else { return true }
      guard let group = byMember[value] else { return false }
      try group.append(to: &rebuild, &placed)
      return true
    }
    return try rebuild.finished().removingDead()
  }
}

/// Linear maps of one value that feed one attention.
private struct ProjectionGroup {
  let graph: Graph
  /// In the order of their rows: that of the matrix they are parts of, else that of the attention's operands.
  let members: [Value]

  /// The groups of two and more, each linear map in one of them.
  static func all(in graph: Graph) -> [ProjectionGroup] {
    let uses = graph.useCounts()
    let isLearnt = graph.weightsOnly()
    var taken: Set<Value> = []
    var groups: [ProjectionGroup] = []
    for value in graph.allValues where graph[value].op.isAttention {
      let linears = graph[value].inputs.prefix(3).compactMap { graph.projection(above: $0, uses) }
      var members: [[Value]] = []
      for linear in linears where graph.isMergeable(linear, isLearnt) {
        guard taken.insert(linear).inserted else { continue }
        let fitting = members.firstIndex { graph.isMergeable($0[0], with: linear) }
        if let fitting { members[fitting].append(linear) } else { members.append([linear]) }
      }
      groups += members.filter { $0.count > 1 }.map {
        ProjectionGroup(graph: graph, members: graph.byRows($0))
      }
    }
    return groups
  }

  /// Appends the one product and its parts; the weights, which may stand further down, come first.
  func append(to rebuild: inout Rebuild, _ placed: inout Set<Value>) throws(Diagnostic) {
    let name = fusedName
    var operands = [try rebuild.new(graph[members[0]].inputs[0])]
    for (operand, word) in [(1, "weight"), (2, "bias")] where operand < graph[members[0]].inputs.count {
      let parts = members.map { graph[$0].inputs[operand] }
      operands.append(try whole(of: parts, Name("\(name).\(word)"), in: &rebuild, &placed))
    }
    let product = try rebuild.graph.add(Linear(), operands, name: name)
    var start: Dim = 0
    for member in members {
      let length = graph[graph[member].inputs[1]].type.dims[0]
      let slice = Slice(axis: -1, start: start, length: length)
      rebuild.set(member, to: try rebuild.graph.add(slice, [product], name: graph[member].name))
      placed.insert(member)
      guard let next = start + length else { throw .tooLong(graph[member].name) }
      start = next
    }
  }

  /// The matrix, or bias, that `parts` are the rows of: one that is there where they adjoin in it.
  private func whole(
    of parts: [Value], _ name: Name, in rebuild: inout Rebuild, _ placed: inout Set<Value>
  ) throws(Diagnostic) -> Value {
    if let (source, start, length) = graph.adjoining(parts) {
      let matrix = try place(source, in: &rebuild, &placed)
      guard rebuild.graph[matrix].type.dims[0] != length else { return matrix }
      return try rebuild.graph.add(Slice(axis: 0, start: start, length: length), [matrix], name: name)
    }
    var matrices: [Value] = []
    for part in parts { matrices.append(try place(part, in: &rebuild, &placed)) }
    return try rebuild.graph.add(Concat(axis: 0), matrices, name: name)
  }

  /// The new value of an old one that depends on weights alone, copied with all above it where need be.
  private func place(_ value: Value, in rebuild: inout Rebuild, _ placed: inout Set<Value>) throws(Diagnostic)
    -> Value
  {
    let isNeeded = graph.reaching([value])
    for other in graph.allValues where isNeeded[Int(other.index)] && !placed.contains(other) {
      if (try? rebuild.new(other)) == nil { try rebuild.copy(other) }
      placed.insert(other)
    }
    return try rebuild.new(value)
  }

  /// `layers.0.q`, `layers.0.k` and `layers.0.v` as `layers.0.qkv`; the first name with `.fused` where the
  /// names do not differ in their last part alone.
  private var fusedName: Name {
    let names = members.map { graph[$0].name.parts }
    let isAlike = names.allSatisfy { $0.dropLast() == names[0].dropLast() }
    guard isAlike else { return Name("\(graph[members[0]].name).fused") }
    let last = names.map { $0.last ?? "" }.joined()
    return Name((names[0].dropLast() + [Substring(last)]).joined(separator: "."))
  }
}

extension Graph {
  /// For each node whether it depends on no input.
  fileprivate func weightsOnly() -> [Bool] { depending(on: Set(inputs)).map { !$0 } }

  /// The linear map whose result an attention reads at `value`, through whatever reads it alone.
  fileprivate func projection(above value: Value, _ uses: [Int]) -> Value? {
    var value = value
    while uses[Int(value.index)] == 1 {
      if self[value].op is Linear { return value }
      guard let next = self[value].inputs.first else { return nil }
      value = next
    }
    return nil
  }

  fileprivate func isMergeable(_ linear: Value, _ isLearnt: [Bool]) -> Bool {
    self[linear].inputs.dropFirst().allSatisfy { isLearnt[Int($0.index)] }
  }

  fileprivate func isMergeable(_ a: Value, with b: Value) -> Bool {
    let (a, b) = (self[a].inputs, self[b].inputs)
    return a[0] == b[0] && a.count == b.count
  }

  /// The linear maps in the order in which their matrices adjoin, where they do.
  fileprivate func byRows(_ linears: [Value]) -> [Value] {
    let rows = linears.compactMap { rowsOfWhole(self[$0].inputs[1]) }
    guard rows.count == linears.count, Set(rows.map(\.source)).count == 1 else { return linears }
    let sorted = zip(linears, rows).sorted { $0.1.start < $1.1.start }.map(\.0)
    return adjoining(sorted.map { self[$0].inputs[1] }) == nil ? linears : sorted
  }

  /// The rows of a matrix that `value` is, where it is a slice along the first axis.
  private func rowsOfWhole(_ value: Value) -> (source: Value, start: Int, length: Int)? {
    guard let slice = self[value].as(Slice.self), slice.axis == 0 || slice.axis == -self[value].type.rank,
      slice.step == nil, let start = slice.start.fixed, let length = slice.length.fixed
    else { return nil }
    return (self[value].inputs[0], start, length)
  }

  /// The rows that `parts` are together where each begins where the one before ends.
  fileprivate func adjoining(_ parts: [Value]) -> (source: Value, start: Dim, length: Dim)? {
    let rows = parts.compactMap(rowsOfWhole)
    guard rows.count == parts.count, let first = rows.first else { return nil }
    var end = first.start
    for part in rows {
      guard part.source == first.source, part.start == end else { return nil }
      // Within the axis, as the verifier knows.
      end = part.start &+ part.length
    }
    return (first.source, Dim(first.start), Dim(end &- first.start))
  }
}

extension Diagnostic {
  fileprivate static func tooLong(_ name: Name) -> Diagnostic {
    Diagnostic("the rows up to \(name.sigil) are more than can be counted")
  }
}
