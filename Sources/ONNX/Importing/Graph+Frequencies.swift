import Graphs
import Operators
import Tensors

extension Graph {
  /// The graph with short rows of numbers that nothing but positions is multiplied by, such as the frequencies
  /// of a rotary embedding, as constants: they belong to what the model computes, not to what it learnt.
  ///
  /// Goes by data flow: what such a row meets depends on no input and no other parameter.
  func holdingFrequencies(_ tensors: [Name: Tensor]) throws(Diagnostic) -> Graph {
    let given = Set(allValues.filter { self[$0].op is Input || self[$0].op is Parameter })
    let isGiven = depending(on: given)
    // A row, reshaped or not, with the parameter it is.
    var rows: [Value: Value] = [:]
    var refused = Set(outputs.map(\.value))
    for value in allValues {
      let node = self[value]
      if let parameter = node.as(Parameter.self), parameter.isRow { rows[value] = value }
      for input in node.inputs {
        guard let row = rows[input] else { continue }
        let meetsPositions =
          node.op is Multiply && node.inputs.allSatisfy { $0 == input || !isGiven[Int($0.index)] }
        if node.op is Reshape {
          rows[value] = row
        } else if !meetsPositions || node.inputs[0] == node.inputs[1] {
          refused.insert(row)
        }
      }
    }
    let frequencies = Set(rows.values).subtracting(refused)
    guard !frequencies.isEmpty else { return self }
    return try mapping { node throws(Diagnostic) in
      guard let parameter = node.op as? Parameter, let value = self[named: node.name],
        frequencies.contains(value), let tensor = tensors[parameter.path]
      else { return node.op }
      return Constant(try tensor.reals(), node.type)
    }
  }
}

extension Parameter {
  /// Whether it is a short row of floats.
  fileprivate var isRow: Bool {
    guard let count = type.count else { return false }
    return type.element.isFloat && count <= 256 && type.dims.filter { $0 != 1 }.count == 1
  }
}
