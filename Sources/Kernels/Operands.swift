/// Where one step's operands and its result lie. Sizes and element types are fixed by the signature that
/// the step was prepared for.
package struct Operands {
  /// One address an operand.
  package let inputs: UnsafePointer<UnsafeRawPointer>
  package let output: UnsafeMutableRawPointer

  package init(inputs: UnsafePointer<UnsafeRawPointer>, output: UnsafeMutableRawPointer) {
    (self.inputs, self.output) = (inputs, output)
  }

  /// The result as `f32`.
  var result: UnsafeMutablePointer<Float> { output.assumingMemoryBound(to: Float.self) }

  /// Operand `index` as `f32`.
  subscript(index: Int) -> UnsafePointer<Float> { inputs[index].assumingMemoryBound(to: Float.self) }

  /// Operand `index`.
  func elements<Element: BitwiseCopyable>(_ index: Int, as _: Element.Type) -> UnsafePointer<Element> {
    inputs[index].assumingMemoryBound(to: Element.self)
  }
}
