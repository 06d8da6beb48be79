import Graphs
import Operators
import Tensors

extension Graph {
  /// The graph with parameters that nothing but casts to one wider float reads as parameters of that type: the file
  /// only stores them narrow.
  ///
  ///     %w = parameter path="w" : f16[8]
  ///     %c = cast(%w) element=f32 : f32[8]    ->  %w = parameter path="w" : f32[8]
  func readingWide() throws(Diagnostic) -> Graph {
    var wide: [Value: DType] = [:]
    var refused = Set(outputs.map(\.value))
    for node in nodes {
      for input in node.inputs where self[input].op is Parameter {
        if let cast = node.as(Cast.self), [.f16, .bf16].contains(self[input].type.element),
          [.f32, .f64].contains(cast.element), wide[input] ?? cast.element == cast.element
        {
          wide[input] = cast.element
        } else {
          refused.insert(input)
        }
      }
    }
    for value in refused { wide[value] = nil }
    guard !wide.isEmpty else { return self }
    return try rewriting { site in
      if let parameter = site.node.as(Parameter.self), let element = wide[site.value] {
        let type = TensorType(element, parameter.type.dims)
        return .with(Parameter(path: parameter.path, frozen: parameter.frozen, type))
      }
      guard site.node.op is Cast, let input = site.inputs.first, wide[input] != nil else { return nil }
      return .value(input)
    }.graph
  }
}
