import Graphs
import Operators
import Tensors

extension GraphCase {
  /// Where the gradients by the graph's float inputs are not those of finite differences.
  ///
  /// All is done in `f64`; the loss is `Σ y + ½·y²` over all float outputs.
  func gradientProblems(_ graph: Graph) throws(Diagnostic) -> [String] {
    var wide = try graph.mapping { node in node.op.widened }
    guard let loss = try wide.appendLoss() else { return [] }
    let names = inputs.keys.sorted().filter { inputs[$0]?.type.element.isFloat ?? false }
    let wanted = names.compactMap { wide[named: $0] }
    var derived = wide
    let gradients = try derived.gradients(of: loss, for: wanted)
    wide.outputs = [Output("loss", loss)]
    derived.outputs = zip(names, gradients).compactMap { name, value in value.map { Output(name, $0) } }

    var point = inputs
    for (name, tensor) in inputs { point[name] = try tensor.widened() }
    let results = try run(derived, point)
    var problems: [String] = []
    for name in names {
      guard let start = point[name] else { continue }
      let gradient = try results[name]?.reals() ?? Array(repeating: 0, count: start.count)
      if let result = results[name], result.type != start.type {
        problems.append("\(site): the gradient by \(name) is \(result.type), but \(name) is \(start.type)")
        continue
      }
      for place in stride(from: 0, to: start.count, by: max(1, start.count / 24)) {
        let slope = try slope(of: wide, by: name, at: place, point)
        guard (slope - gradient[place]).magnitude > 1e-6 * max(1, slope.magnitude) else { continue }
        problems.append(
          "\(site): the gradient by element \(place) of \(name) is \(gradient[place]), but it rises by \(slope)"
        )
      }
    }
    return problems
  }

  private func slope(
    of graph: Graph, by name: Name, at place: Int, _ point: [Name: Tensor]
  ) throws(Diagnostic) -> Double {
    guard let start = point[name] else { return 0 }
    let step = 1e-5
    var losses: [Double] = []
    for offset in [step, -step] {
      var values = try start.reals()
      values[place] += offset
      var moved = point
      moved[name] = try Tensor(reals: values, as: start.type)
      losses += try run(graph, moved)["loss"]?.reals() ?? []
    }
    return (losses[0] - losses[1]) / (2 * step)
  }

  private func run(_ graph: Graph, _ inputs: [Name: Tensor]) throws(Diagnostic) -> [Name: Tensor] {
    var copy = self
    copy.inputs = inputs
    return try copy.run(graph)
  }
}

extension Graph {
  /// Appends `Σ y + ½·y²` over the float outputs; `nil` iff there is none.
  fileprivate mutating func appendLoss() throws(Diagnostic) -> Value? {
    var loss: Value?
    for output in outputs where self[output.value].type.element == .f64 {
      let y = output.value
      let terms = try add(y, multiply(square(y), by: 0.5))
      let total = try sum(terms, axes: Array(0..<self[y].type.rank), keep: false)
      if let known = loss { loss = try add(known, total) } else { loss = total }
    }
    return loss
  }
}

extension Op {
  /// The op with `f64` where it names another float type.
  fileprivate var widened: any Op {
    switch self {
    case let op as Input: Input(op.type.widened)
    case let op as Constant: Constant(op.values, op.type.widened)
    case let op as Cast: Cast(element: op.element.widened)
    case let op as Iota: Iota(length: op.length, element: op.element.widened)
    case let op as Length: Length(dim: op.dim, element: op.element.widened)
    default: self
    }
  }
}

extension DType {
  fileprivate var widened: DType { isFloat ? .f64 : self }
}
extension TensorType {
  fileprivate var widened: TensorType { TensorType(element.widened, dims) }
}
extension Tensor {
  fileprivate func widened() throws(Diagnostic) -> Tensor {
    type.element.isFloat ? try Tensor(reals: reals(), as: type.widened) : self
  }
}
