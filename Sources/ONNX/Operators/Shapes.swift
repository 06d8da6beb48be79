import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that move elements or tell lengths.
  static let shapes: [Operator] = [
    Operator("Identity") { (call) throws(Diagnostic) in try call.input(0) },
    Operator("Constant", constant), Operator("Shape", shape), Operator("Reshape", reshape),
    Operator("Transpose") { (call) throws(Diagnostic) in
      let rank = try call.type(of: 0).rank
      return try call.g.transpose(call.input(0), call.integers("perm") ?? (0..<rank).reversed())
    },
    Operator("Concat") { (call) throws(Diagnostic) in
      try call.g.concat(call.allInputs(), axis: call.integer("axis", default: 1))
    },
    Operator("Flatten") { (call) throws(Diagnostic) in
      let type = try call.type(of: 0)
      let axis = try call.integer("axis", default: 1)
      let start = axis == type.rank ? axis : try call.place(axis, rank: type.rank)
      guard let rows = Array(type.dims[..<start]).product, let columns = Array(type.dims[start...]).product
      else { throw call.refusal("joins axes of \(type) whose product is no length") }
      return try call.g.reshape(call.input(0), [rows, columns])
    },
    Operator("Size") { (call) throws(Diagnostic) in
      let dims = try call.type(of: 0).dims
      guard let count = dims.product else { throw call.refusal("has no length for the product of \(dims)") }
      return try call.length(count)
    },
    Operator("Cast") { (call) throws(Diagnostic) in
      if call.version < 6, let name = try call.text("to") {
        return try call.g.cast(call.input(0), to: call.element(named: name))
      }
      guard let element = try call.element("to") else { throw call.refusal("does not say to which type") }
      return try call.cast(to: element)
    },
    Operator("CastLike", since: 15) { (call) throws(Diagnostic) in
      try call.cast(to: call.type(of: 1).element)
    },
    Operator("Unsqueeze") { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      call.promise(type.element, rank: type.rank + 1)
      guard let axes = try call.integers(1, orAttribute: "axes") else {
        throw call.refusal("does not say which axes to put in")
      }
      let rank = type.rank + axes.count
      var places: Set<Int> = []
      for axis in axes { places.insert(try call.place(axis, rank: rank)) }
      var old = type.dims.makeIterator()
      return try call.g.reshape(x, (0..<rank).map { places.contains($0) ? 1 : old.next() ?? 1 })
    },
    Operator("Squeeze") { (call) throws(Diagnostic) in
      let (x, type) = (try call.input(0), try call.type(of: 0))
      let axes = try call.integers(1, orAttribute: "axes") ?? type.dims.indices.filter { type.dims[$0] == 1 }
      var places: Set<Int> = []
      for axis in axes { places.insert(try call.place(axis, rank: type.rank)) }
      return try call.g.reshape(x, type.dims.indices.filter { !places.contains($0) }.map { type.dims[$0] })
    },
  ]

  @Sendable private static func constant(_ call: Call) throws(Diagnostic) -> Value {
    let name = call.node.outputs.first ?? ""
    for key in ["value", "value_string", "value_strings"] {
      if let texts = call.textTensor(key) { return try call.translation.literal(texts, name: name) }
    }
    if let tensor = try call.tensor("value") { return try call.translation.literal(tensor, name: name) }
    if let sparse = try call.sparseTensor("sparse_value") {
      return try call.translation.literal(sparse.dense(), name: name)
    }
    let tensor: Tensor
    if let number = try call.integer("value_int") {
      tensor = try Tensor(integers: [Int64(number)], as: TensorType(.i64, []))
    } else if let numbers = try call.integers("value_ints") {
      tensor = try Tensor(integers: numbers.map(Int64.init), as: TensorType(.i64, [Dim(numbers.count)]))
    } else if let number = try call.real("value_float") {
      tensor = try Tensor(reals: [number], as: .f32())
    } else if let numbers = try call.reals("value_floats") {
      tensor = try Tensor(reals: numbers, as: .f32(Dim(numbers.count)))
    } else {
      throw call.refusal("holds no numbers")
    }
    return try call.translation.literal(tensor, name: name)
  }

  /// The lengths of the axes from `start` to `end`; a named one follows the inputs of a run.
  @Sendable private static func shape(_ call: Call) throws(Diagnostic) -> Value {
    let dims = try call.type(of: 0).dims
    let clamp = { (axis: Int) in Swift.min(Swift.max(axis < 0 ? axis + dims.count : axis, 0), dims.count) }
    let start = clamp(try call.integer("start", default: 0))
    let end = clamp(try call.integer("end", default: dims.count))
    return try call.lengths(Array(dims[start..<Swift.max(start, end)]))
  }

  @Sendable private static func reshape(_ call: Call) throws(Diagnostic) -> Value {
    let (x, type) = (try call.input(0), try call.type(of: 0))
    var dims: [Dim]
    if call.version < 5 {
      dims = try (call.integers("shape") ?? []).map { Dim($0) }
    } else {
      call.promise(type.element, rank: try call.type(of: 1).dims.first?.fixed ?? type.rank)
      dims = try call.lengths(1)
    }
    if try !call.flag("allowzero") {
      for axis in dims.indices where dims[axis] == 0 {
        guard type.dims.indices.contains(axis) else { throw call.refusal("keeps axis \(axis) of \(type)") }
        dims[axis] = type.dims[axis]
      }
    }
    if let open = dims.firstIndex(of: -1) {
      var rest = dims
      rest.remove(at: open)
      guard let dim = type.dims.quotient(by: rest) else {
        throw call.refusal("cannot tell axis \(open) of \(dims) from \(type)")
      }
      dims[open] = dim
    }
    return try call.g.reshape(x, dims)
  }
}

extension Call {
  /// The vector of `dims`, i64.
  func lengths(_ dims: [Dim]) throws(Diagnostic) -> Value {
    let fixed = dims.compactMap(\.fixed)
    if fixed.count == dims.count {
      return try g.add(Constant(fixed.map(Double.init), TensorType(.i64, [Dim(dims.count)])))
    }
    var parts: [Value] = []
    for dim in dims { parts.append(try g.reshape(length(dim), [1])) }
    return try parts.count == 1 ? parts[0] : g.concat(parts, axis: 0)
  }

  /// Input 0 cast as the node says it.
  fileprivate func cast(to element: DType) throws(Diagnostic) -> Value {
    let x = try input(0)
    guard type(x).element != element else { return x }
    let text = try self.text("round_mode", default: "up")
    guard let rounding = ScaleRounding(rawValue: text) else { throw refusal("rounds \(text)") }
    return try g.add(Cast(element: element, saturate: flag("saturate", default: true), scale: rounding), [x])
  }

  /// The element type that version 1 calls `name`, as in `FLOAT`.
  fileprivate func element(named name: String) throws(Diagnostic) -> DType {
    let elements: [String: DType] = [
      "FLOAT": .f32, "DOUBLE": .f64, "FLOAT16": .f16, "BOOL": .bool, "INT8": .i8, "INT16": .i16,
      "INT32": .i32, "INT64": .i64, "UINT8": .u8, "UINT16": .u16, "UINT32": .u32, "UINT64": .u64,
    ]
    guard let element = elements[name] else { throw refusal("casts to \(name), which are no numbers") }
    return element
  }

  /// `dim` as a scalar, i64.
  func length(_ dim: Dim) throws(Diagnostic) -> Value {
    if let fixed = dim.fixed { return try g.add(Constant(Double(fixed), .i64)) }
    return try g.add(Length(dim: dim, element: .i64))
  }
}

extension [Dim] {
  /// The one dim by which `dims` have to be extended to hold as many elements as these, rounded down where
  /// it does not follow from the names that it is whole; `nil` iff it is no dim.
  func quotient(by dims: [Dim]) -> Dim? {
    var (left, right) = (self, dims)
    for dim in dims where dim.fixed == nil {
      guard let index = left.firstIndex(of: dim), let other = right.firstIndex(of: dim) else { continue }
      left.remove(at: index)
      right.remove(at: other)
    }
    guard let whole = left.product, let part = right.product, part != 0 else { return nil }
    return whole.dividedExactly(by: part) ?? part.fixed.flatMap(whole.dividedDown)
  }
}
