import Graphs
import Operators
import Tensors

extension Site {
  /// A reshape of what reshapes start from, with a transpose between two made one of the axes before.
  var simplerReshape: Simpler? {
    let root = graph.unshaped(inputs[0])
    if graph[root].type == node.type { return .value(root) }
    if let (op, source) = selected { return .op(op, [source]) }
    if let (op, source) = turned { return .turned(op, source) }
    return root == inputs[0] ? nil : .op(node.op, [root])
  }

  /// The slice of the last axis of x where this is one part of that axis split in two:
  /// `reshape(slice(reshape(x, […, 2, P]), axis=-2, length=1), […, P])`.
  private var selected: (Slice, Value)? {
    guard let slice = graph[inputs[0]].as(Slice.self), slice.step == nil, slice.length == 1,
      let start = slice.start.fixed
    else { return nil }
    let split = graph[inputs[0]].inputs[0]
    let source = graph.unshaped(split)
    let (dims, whole) = (graph[split].type.dims, graph[source].type.dims)
    let axis = slice.axis < 0 ? slice.axis + dims.count : slice.axis
    guard dims.count == whole.count + 1, axis == dims.count - 2,
      Array(dims.dropLast(2)) == Array(whole.dropLast()),
      let part = dims.last?.fixed, node.type.dims == Array(whole.dropLast()) + [Dim(part)],
      case let (place, overflow) = start.multipliedReportingOverflow(by: part), !overflow
    else { return nil }
    return (Slice(axis: whole.count - 1, start: Dim(place), length: Dim(part)), source)
  }

  /// A transpose of what transposes start from, or of the axes before a reshape that merges them.
  func simplerTranspose(_ op: Transpose) -> Simpler? {
    if op.permutation == Array(op.permutation.indices) { return .value(inputs[0]) }
    guard let (inner, source) = input(0)?.match(Transpose.self) else { return nil }
    let composed = op.permutation.map { inner.permutation[$0] }
    return composed == Array(composed.indices)
      ? .value(source[0]) : .op(Transpose(permutation: composed), source)
  }

  func simplerSlice(_ op: Slice) -> Simpler? {
    let source = graph[inputs[0]]
    let axis = op.axis < 0 ? op.axis + source.type.rank : op.axis
    guard op.step == nil else { return nil }
    if op.start == 0, op.length == source.type.dims[axis] { return .value(inputs[0]) }
    if let inner = source.as(Slice.self), inner.step == nil,
      axis == (inner.axis < 0 ? inner.axis + source.type.rank : inner.axis),
      let start = inner.start + op.start
    {
      return .op(Slice(axis: axis, start: start, length: op.length), source.inputs)
    }
    guard let concat = source.as(Concat.self),
      axis == (concat.axis < 0 ? concat.axis + source.type.rank : concat.axis)
    else { return nil }
    return partial(op, of: source.inputs, axis)
  }

  /// The part of a concat that the slice is.
  private func partial(_ op: Slice, of parts: [Value], _ axis: Int) -> Simpler? {
    var start: Dim = 0
    for part in parts {
      let length = graph[part].type.dims[axis]
      if op.start == start, op.length == length { return .value(part) }
      guard let next = start + length else { return nil }
      start = next
    }
    return nil
  }

  func simplerConcat(_ op: Concat) -> Simpler? {
    if inputs.count == 1 { return .value(inputs[0]) }
    var start: Dim = 0
    var source: Value?
    for part in inputs {
      guard let slice = graph[part].as(Slice.self), slice.step == nil, slice.start == start,
        source == nil || source == graph[part].inputs[0],
        (slice.axis < 0 ? slice.axis + node.type.rank : slice.axis)
          == (op.axis < 0 ? op.axis + node.type.rank : op.axis), let next = start + slice.length
      else { return nil }
      (source, start) = (graph[part].inputs[0], next)
    }
    return source.map { .value($0) }
  }

  /// One of several single numbers put together, as shapes are.
  func simplerGather(_ op: Gather) -> Simpler? {
    guard let concat = graph[inputs[0]].as(Concat.self), concat.axis == 0, graph[inputs[0]].type.rank == 1,
      op.axis == 0, let index = graph.scalar(inputs[1]), let place = Int(exactly: index)
    else { return nil }
    let parts = graph[inputs[0]].inputs
    let from = place < 0 ? place + parts.count : place
    guard parts.allSatisfy({ graph[$0].type.dims == [1] }), parts.indices.contains(from) else { return nil }
    return graph[parts[from]].type == node.type
      ? .value(parts[from]) : .op(Reshape(dims: node.type.dims), [parts[from]])
  }

  var simplerBroadcast: Simpler? {
    let type = graph[inputs[0]].type
    if type == node.type { return .value(inputs[0]) }
    // Only axes of length 1 are new.
    if type.dims.product == node.type.dims.product,
      type.dims.filter({ $0 != 1 }) == node.type.dims.filter({ $0 != 1 })
    {
      return .op(Reshape(dims: node.type.dims), inputs)
    }
    return graph[inputs[0]].op is Broadcast ? .op(node.op, graph[inputs[0]].inputs) : nil
  }
}

extension Graph {
  /// What `value` is reshaped from, through all reshapes.
  func unshaped(_ value: Value) -> Value {
    var value = value
    while self[value].op is Reshape { value = self[value].inputs[0] }
    return value
  }
}
