import Graphs
import Operators
import Tensors

extension Pass {
  /// Says in fewer words what tables of positions do, going by the elements they hold at a few lengths:
  ///
  ///     gather(x, [0, 1, 2, …])                      ->  reshape(x)
  ///     gather(x, [[0, 1, 2, …], [0, 1, 2, …], …])   ->  broadcast(x)
  ///     gather_nd(x, [[0, 0], [0, 1], …])            ->  reshape(x)
  ///     gather(table, T5's buckets of distances)     ->  gather(table, relative_buckets)
  ///     reshape(transpose(gather(table, relative_buckets)))  ->  relative_bias(table)
  ///     a table of one number                        ->  broadcast(constant)
  package static let resolvePositions = Pass(
    "resolve-positions", "say in fewer words what tables of positions do"
  ) { (graph) throws(Diagnostic) in
    try graph.repeating("resolve-positions") { graph throws(Diagnostic) in
      var tables = PositionTables(graph)
      return try graph.rewriting { (site) throws(Diagnostic) in site.resolved(by: &tables) }
    }
  }
}

extension Site {
  fileprivate func resolved(by tables: inout PositionTables) -> Replacement? {
    switch node.op {
    case let op as Gather: identity(&tables) ?? repetition(op, &tables) ?? buckets(&tables)
    case is GatherND: identity(&tables)
    case is Reshape: relativeBias
    default: tables.ends(value) && !node.inputs.isEmpty ? oneNumber(&tables) : nil
    }
  }

  /// `reshape` where every element is read once and in order.
  private func identity(_ tables: inout PositionTables) -> Replacement? {
    guard let places = tables.values(inputs[1]), tables.holds(value) == false else { return nil }
    let x = graph[inputs[0]].type
    for (index, lengths) in zip(places, tables.lengths) {
      guard let numbers = try? index.integers(), let shape = x.binding(lengths)?.shape,
        isOrdered(numbers, in: shape)
      else { return nil }
    }
    let dims = node.type.dims
    guard dims.product == x.dims.product else { return nil }
    return .with(Reshape(dims: dims), inputs[0])
  }

  /// `broadcast` where all of x is read in order, again and again.
  private func repetition(_ op: Gather, _ tables: inout PositionTables) -> Replacement? {
    let (x, index) = (graph[inputs[0]].type, graph[inputs[1]].type)
    guard op.axis == 0, index.rank > 1, let count = x.dims.first, index.dims.last == count,
      let places = tables.values(inputs[1])
    else { return nil }
    for (place, lengths) in zip(places, tables.lengths) {
      guard let numbers = try? place.integers(), let length = x.binding(lengths)?.shape?.first, length > 0,
        numbers.indices.allSatisfy({ numbers[$0] == Int64($0 % length) })
      else { return nil }
    }
    return .with(Broadcast(dims: node.type.dims), inputs[0])
  }

  /// Whether `numbers` name the places of `shape`, one after the other.
  private func isOrdered(_ numbers: [Int64], in shape: [Int]) -> Bool {
    switch node.op {
    case let op as Gather:
      let axis = op.axis < 0 ? op.axis + shape.count : op.axis
      return shape.indices.contains(axis) && numbers.elementsEqual((0..<shape[axis]).map(Int64.init))
    case let op as GatherND:
      guard op.batch == 0, let width = graph[inputs[1]].type.dims.last?.fixed, width <= shape.count else {
        return false
      }
      let count = shape.prefix(width).reduce(1, *)
      guard numbers.count == count * width else { return false }
      var place = Array(repeating: 0, count: width)
      for number in 0..<count {
        for axis in 0..<width where numbers[number * width + axis] != Int64(place[axis]) { return false }
        for axis in (0..<width).reversed() {
          place[axis] += 1
          if place[axis] < shape[axis] { break }
          place[axis] = 0
        }
      }
      return true
    default: return false
    }
  }

  /// The same gather by `relative_buckets`, where the indices are its buckets.
  private func buckets(_ tables: inout PositionTables) -> Replacement? {
    guard let op = node.as(Gather.self), !(graph[inputs[1]].op is RelativeBuckets),
      let table = graph[inputs[0]].type.dims.first?.fixed, graph[inputs[1]].type.rank == 2,
      let places = tables.values(inputs[1])
    else { return nil }
    let dims = graph[inputs[1]].type.dims
    for isBidirectional in [true, false] {
      for reach in [128, 20, 32, 64, 256, 512] {
        let buckets = RelativeBuckets(
          queries: dims[0], keys: dims[1], buckets: table, maxDistance: reach, bidirectional: isBidirectional)
        guard buckets.gives(places, at: tables.lengths) else { continue }
        let x = inputs[0]
        return .building { (rebuild, name) throws(Diagnostic) in
          let numbers = try rebuild.graph.add(buckets, name: name.suffixed("buckets"))
          return try rebuild.graph.add(op, [try rebuild.new(x), numbers], name: name)
        }
      }
    }
    return nil
  }

  /// `relative_bias` where buckets of distances are gathered and the heads moved to the front.
  private var relativeBias: Replacement? {
    guard let (transpose, moved) = input(0)?.match(Transpose.self), transpose.permutation == [2, 0, 1],
      let gather = graph[moved[0]].as(Gather.self), gather.axis == 0,
      let buckets = graph[graph[moved[0]].inputs[1]].as(RelativeBuckets.self),
      node.type.dims == [1] + graph[inputs[0]].type.dims
    else { return nil }
    let bias = RelativeBias(
      queries: buckets.queries, keys: buckets.keys, buckets: buckets.buckets,
      maxDistance: buckets.maxDistance, bidirectional: buckets.bidirectional)
    return .with(bias, graph[moved[0]].inputs[0])
  }

  /// A broadcast number where the table holds nothing else.
  private func oneNumber(_ tables: inout PositionTables) -> Replacement? {
    guard let trials = tables.values(value), let number = try? trials.first?.reals().first,
      !(node.op is Broadcast && graph[inputs[0]].op is Constant), node.type.rank > 0
    else { return nil }
    for trial in trials {
      guard let values = try? trial.reals(), values.allSatisfy({ $0 == number }) else { return nil }
    }
    let (element, dims) = (node.type.element, node.type.dims)
    return .building { (rebuild, name) throws(Diagnostic) in
      let constant = try rebuild.graph.add(Constant(number, element), name: name.suffixed("number"))
      return try rebuild.graph.add(Broadcast(dims: dims), [constant], name: name)
    }
  }
}

extension RelativeBuckets {
  /// Whether these are the numbers at the given lengths.
  fileprivate func gives(_ tables: [Tensor], at lengths: [[String: Int]]) -> Bool {
    for (table, lengths) in zip(tables, lengths) {
      guard let bound = try? binding(lengths), let type = try? bound.infer([]),
        let own = try? bound.evaluate([], as: type).integers(), let numbers = try? table.integers(),
        own == numbers
      else { return false }
    }
    return true
  }
}

extension Name {
  fileprivate func suffixed(_ suffix: Name) -> Name { suffix.prefixed(by: self) }
}
