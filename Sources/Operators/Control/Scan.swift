package import Graphs
package import Tensors

/// Runs a body once for each element along an axis of some inputs, handing states from one to the next.
///
/// Inputs: the `states`; the inputs that are walked along, one for each of `axes`; the values that each step
/// reads. The body takes the states, one element of each walked input and those values; it gives the states and
/// what is stacked along the axes `stacks`. Where a flag of `backwards` or `stacksBackwards` is set the walk or
/// the stack begins at the end. Result `result` counts the states and then the stacked values.
package struct Scan: ControlOp {
  package static let name = "scan"
  package var body: Body
  package var states: Int
  package var axes: [Int]
  package var backwards: [Bool]
  package var stacks: [Int]
  package var stacksBackwards: [Bool]
  package var result: Int

  enum CodingKeys: String, CodingKey {
    case body, states, axes, backwards, stacks
    case stacksBackwards = "stacks_backwards"
    case result
  }

  package init(
    body: Body, states: Int, axes: [Int], backwards: [Bool], stacks: [Int], stacksBackwards: [Bool],
    result: Int
  ) {
    (self.body, self.states, self.axes, self.backwards) = (body, states, axes, backwards)
    (self.stacks, self.stacksBackwards, self.result) = (stacks, stacksBackwards, result)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    guard states >= 0, result >= 0, !axes.isEmpty, states <= inputs.count - axes.count,
      backwards.count == axes.count, stacksBackwards.count == stacks.count
    else { throw .head(inputs, self) }
    var given = Array(inputs[..<states])
    for (axis, type) in zip(axes, inputs[states...]) {
      let place = try place(of: axis, in: type)
      guard type.dims[place] == (try length(of: inputs)) else { throw .uneven(type, place, self) }
      var element = type
      element.dims.remove(at: place)
      given.append(element)
    }
    try expect(given + inputs.dropFirst(states + axes.count), of: body)
    for index in 0..<states where try output(index, of: body) != inputs[index] {
      throw .drifting(index, inputs[index], try output(index, of: body), body)
    }
    var type = try output(result, of: body)
    guard result >= states else { return type }
    guard stacks.indices.contains(result - states) else { throw .head(inputs, self) }
    type.dims.insert(1, at: 0)
    let place = try place(of: stacks[result - states], in: type)
    type.dims.remove(at: 0)
    type.dims.insert(try length(of: inputs), at: place)
    return type
  }

  private func length(of inputs: [TensorType]) throws(Diagnostic) -> Dim {
    let type = inputs[states]
    return type.dims[try place(of: axes[0], in: type)]
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let count = try length(length(of: inputs.map(\.type)))
    var values = Array(inputs[..<states])
    let read = inputs.dropFirst(states + axes.count)
    var rows: [Tensor] = []
    for step in 0..<count {
      var elements: [Tensor] = []
      for (index, walked) in inputs[states..<states + axes.count].enumerated() {
        let place = backwards[index] ? count - 1 - step : step
        elements.append(try element(place, of: walked, along: axes[index]))
      }
      let results = try body.evaluate(values + elements + read)
      values = Array(results[..<states])
      if result >= states { rows.append(results[result]) }
    }
    guard result >= states else { return values[result] }
    if stacksBackwards[result - states] { rows.reverse() }
    return try stacked(rows, as: type)
  }

  private func element(_ index: Int, of walked: Tensor, along axis: Int) throws(Diagnostic) -> Tensor {
    let slice = Slice(axis: axis, start: Dim(index), length: 1)
    let type = try slice.infer([walked.type])
    var shape = type.shape ?? []
    shape.remove(at: try place(of: axis, in: type))
    return try slice.evaluate([walked], as: type).reshaped(shape)
  }

  /// `rows` along a new first axis, which is then moved to its place.
  private func stacked(_ rows: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let place = try place(of: stacks[result - states], in: type)
    var front = type
    front.dims.insert(front.dims.remove(at: place), at: 0)
    let whole = try Tensor(stacking: rows, as: front)
    let permutation = Array(1..<place + 1) + [0] + Array(place + 1..<type.rank)
    return try Transpose(permutation: permutation).evaluate([whole], as: type)
  }
}

extension Diagnostic {
  fileprivate static func head(_ inputs: [TensorType], _ op: Scan) -> Diagnostic {
    Diagnostic(
      """
      scan over @\(op.body.graph.name) has \(op.states) states, axes \(op.axes) and stacks \(op.stacks), but it \
      is given \(inputs.map(\.description)) and gives result \(op.result)
      """)
  }
  fileprivate static func uneven(_ type: TensorType, _ axis: Int, _ op: Scan) -> Diagnostic {
    Diagnostic("scan over @\(op.body.graph.name) walks along axis \(axis) of \(type), unlike the first input")
  }
  fileprivate static func drifting(_ index: Int, _ type: TensorType, _ next: TensorType, _ body: Body)
    -> Diagnostic
  {
    Diagnostic("@\(body.graph.name) takes state \(index) as \(type) and gives it back as \(next)")
  }
}
