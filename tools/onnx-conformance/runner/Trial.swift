import Glibc
import Graphs
import ONNX
import Runtime
import Tensors

/// One case run by one engine, in this process.
struct Trial {
  let folder: String
  let tolerance: Suite.Tolerance
  let engine: Engine

  func outcome() -> Outcome {
    do {
      let model = try ModelProto.read(path: "\(folder)/model.onnx")
      var number = 0
      while access("\(folder)/test_data_set_\(number)", F_OK) == 0 {
        if let difference = try run(model, on: "\(folder)/test_data_set_\(number)") {
          return .failed(difference)
        }
        number += 1
      }
      return number > 0 ? .passed : .failed("there is no data")
    } catch {
      let text = [error.message.text, error.site, error.note].compactMap(\.self).joined(separator: "; ")
      return error.kind == .unavailable ? .unsupported(text) : .failed(text)
    }
  }

  /// The first difference from the outputs of `data`, or `nil` iff there is none.
  private func run(_ model: ModelProto, on data: String) throws(Diagnostic) -> String? {
    let (inputs, texts) = try inputs(of: model, in: data)
    let imported = try ImportedModel(model, name: "case", given: inputs, texts: texts)
    try imported.graph.expectSupported()
    let outputs = try results(of: imported, on: inputs)
    for (index, output) in imported.graph.outputs.enumerated() {
      let name = "output_\(index).pb"
      guard case .tensor(let expected) = try TensorProto.read(path: "\(data)/\(name)").contents else {
        throw .strings(name)
      }
      guard let got = outputs[output.name] else { return "\(output.name) is not made" }
      if let difference = try got.difference(from: expected, within: tolerance) {
        return "\(output.name) \(difference)"
      }
    }
    return nil
  }

  /// The tensors of `data` for the inputs of `model` that have no value of their own: numbers and texts.
  ///
  /// What is no tensor is left out, for the importer to refuse.
  private func inputs(
    of model: ModelProto, in data: String
  ) throws(Diagnostic) -> (numbers: [Name: Tensor], texts: [Name: TextTensor]) {
    let weights = Set(model.graph.initializers.map(\.name))
    var (tensors, texts): ([Name: Tensor], [Name: TextTensor]) = ([:], [:])
    for (index, input) in model.graph.inputs.filter({ !weights.contains($0.name) }).enumerated() {
      guard case .tensor = input.type else { continue }
      switch try TensorProto.read(path: "\(data)/input_\(index).pb").contents {
      case .tensor(let tensor): tensors[input.name] = tensor
      case .strings(let elements, let shape):
        texts[input.name] = TextTensor(elements: elements, shape: shape)
      case .draft: continue
      }
    }
    return (tensors, texts)
  }

  private func results(
    of model: ImportedModel, on inputs: [Name: Tensor]
  ) throws(Diagnostic) -> [Name: Tensor] {
    let known = Set(model.graph.inputs.map { model.graph[$0].name })
    let inputs = inputs.filter { known.contains($0.key) }
    let weight: (Name) throws(Diagnostic) -> Tensor = { (path) throws(Diagnostic) in
      try model.parameter(path)
    }
    switch engine {
    case .reference: return try model.graph.evaluate(inputs, parameter: weight)
    case .planned:
      var session = try Session(model.graph, parameters: weight)
      return try session.run(inputs)
    }
  }
}

extension Diagnostic {
  fileprivate static func strings(_ name: String) -> Diagnostic {
    Diagnostic("\(name) holds strings, which are not supported", kind: .unavailable)
  }
}
