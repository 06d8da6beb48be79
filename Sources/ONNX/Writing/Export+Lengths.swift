import Graphs
import Operators
import Tensors

extension Export {
  /// The lengths of `dims`, i64, as the input of `Reshape`, `Expand` and the like.
  func vector(_ dims: [Dim]) throws(Diagnostic) -> Operand {
    if let operand = vectors[dims] { return operand }
    let operand: Operand
    let numbers = dims.compactMap(\.fixed)
    if numbers.count == dims.count {
      operand = constant(try Tensor(numbers: numbers), called: fresh("numbers"), under: "")
    } else if dims.count == 1 {
      operand = try length(dims[0])
    } else {
      var parts: [Operand] = []
      for run in dims.runs { parts.append(try vector(run)) }
      operand = computed("Concat", parts, [.integer("axis", 0)], called: "lengths")
    }
    vectors[dims] = operand
    return operand
  }

  /// The length that `dim` stands for, read off inputs that bind its names: i64, one element.
  private func length(_ dim: Dim) throws(Diagnostic) -> Operand {
    if let operand = lengths[dim] { return operand }
    guard dim.fixed == nil else { return try vector([dim]) }
    var sum: Operand?
    for term in dim.terms {
      var product = try length(term.atoms[0])
      for atom in term.atoms.dropFirst() {
        product = computed("Mul", [product, try length(atom)], called: "\(dim)")
      }
      if term.scale != 1 {
        product = computed("Mul", [product, try vector([Dim(term.scale)])], called: "\(dim)")
      }
      sum = sum.map { computed("Add", [$0, product], called: "\(dim)") } ?? product
    }
    guard var operand = sum else { return try vector([dim]) }
    if dim.offset != 0 {
      operand = computed("Add", [operand, try vector([Dim(dim.offset)])], called: "\(dim)")
    }
    lengths[dim] = operand
    return operand
  }

  private func length(_ atom: Dim.Atom) throws(Diagnostic) -> Operand {
    switch atom {
    case .name(let name): return try named(name)
    case .quotient(let dim, let divisor):
      let (whole, parts) = (try length(dim), try vector([Dim(divisor)]))
      let rest = computed("Mod", [whole, parts], called: "\(atom)")
      let even = computed("Sub", [whole, rest], called: "\(atom)")
      return computed("Div", [even, parts], called: "\(atom)")
    }
  }

  /// Throws iff no axis of an input tells the length called `name`.
  private func named(_ name: String) throws(Diagnostic) -> Operand {
    if let operand = lengths[.named(name)] { return operand }
    let places = graph.inputs.flatMap { input in
      graph[input].type.dims.enumerated().map { (input: input, axis: $0.offset, dim: $0.element) }
    }
    let telling = places.filter { $0.dim.linear?.name == name }
    guard let place = telling.first(where: { $0.dim == .named(name) }) ?? telling.first else {
      throw .unbound(name)
    }
    var operand = computed(
      "Shape", [try self.operand(place.input)],
      [.integer("end", place.axis + 1), .integer("start", place.axis)], called: Name(name))
    if place.dim.offset != 0 {
      operand = computed("Sub", [operand, try vector([Dim(place.dim.offset)])], called: Name(name))
    }
    if let scale = place.dim.linear?.scale, scale != 1 {
      operand = computed("Div", [operand, try vector([Dim(scale)])], called: Name(name))
    }
    lengths[.named(name)] = operand
    return operand
  }

  private func computed(
    _ operatorName: String, _ inputs: [Operand], _ attributes: [AttributeProto] = [], called name: Name
  ) -> Operand {
    let operand = Operand(fresh(name), .i64)
    append(operatorName, inputs, attributes, to: [operand.name], under: "")
    share(operand)
    return operand
  }
}

extension [Dim] {
  /// The dims as runs of fixed ones and single named ones.
  fileprivate var runs: [[Dim]] {
    reduce(into: []) { runs, dim in
      if dim.fixed != nil, runs.last?.last?.fixed != nil {
        runs[runs.count - 1].append(dim)
      } else {
        runs.append([dim])
      }
    }
  }
}

extension Tensor {
  /// A vector of whole numbers, i64.
  init(numbers: [Int]) throws(Diagnostic) {
    try self.init(integers: numbers.map(Int64.init), as: TensorType(.i64, [Dim(numbers.count)]))
  }
}

extension Diagnostic {
  fileprivate static func unbound(_ name: String) -> Diagnostic {
    Diagnostic("the length \(name) is read off no axis of an input", help: "bind it before exporting")
  }
}
