package import Graphs
package import Tensors

/// The same numbers as elements of another type.
///
/// To a float: rounded once, to nearest. From a float to whole numbers: cut towards zero and held in range, NaN
/// is 0; those of fewer than eight bits keep the lower bits instead. Between whole numbers: the lower bits. To
/// `bool`: whether the number is not 0.
package struct Cast: Op {
  package static let name = "cast"
  package var element: DType
  /// False iff what is too large for a float of eight bits becomes infinity or NaN, not the largest number.
  package var saturate: Bool?
  /// How `f8e8m0` rounds; up where not given.
  package var scale: ScaleRounding?

  package init(element: DType, saturate: Bool = true, scale: ScaleRounding = .up) {
    self.element = element
    (self.saturate, self.scale) = (saturate ? nil : false, scale == .up ? nil : scale)
  }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 1)
    guard inputs[0].element.hasValues, element.hasValues else { throw .noValues(inputs[0], element) }
    return TensorType(element, inputs[0].dims)
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    try inputs[0].cast(to: element, Narrowing(saturates: saturate ?? true, scale: scale ?? .up))
  }

  package func view(_ inputs: [TensorType], _ output: TensorType) -> View? {
    inputs[0].element == element ? View() : nil
  }

  /// Rounding is taken for the identity; what goes through whole numbers has no gradient.
  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let source = g[site.inputs[0]].type.element
    guard source.isFloat, element.isFloat else { return [nil] }
    return [try g.cast(site.upstream, to: source)]
  }
}

extension Diagnostic {
  fileprivate static func noValues(_ type: TensorType, _ element: DType) -> Diagnostic {
    Diagnostic("\(type) cannot be cast to \(element): one of the two holds no values of its own")
  }
}
