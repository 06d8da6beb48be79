import Graphs
import Tensors

/// Sums tensors of one type; may be computed in place of any of them.
struct Sum: Op {
  static let name = "sum"
  static let mayOverwrite = [0, 1, 2]

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType { inputs[0] }
  func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor { inputs[0] }
  func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
}

/// Makes a tensor of any type out of others; never in place.
struct Mix: Op {
  static let name = "mix"
  var type: TensorType

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType { type }
  func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor { inputs[0] }
  func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
}

/// `count` rows from `start` on: bytes of its input.
struct Rows: Op {
  static let name = "rows"
  var start: Int
  var count: Int

  func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    TensorType(inputs[0].element, [Dim(count)] + inputs[0].dims.dropFirst())
  }
  func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor { inputs[0] }
  func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] { [] }
  func view(_ inputs: [TensorType], _ output: TensorType) -> View? {
    .rows(of: inputs[0], from: start, along: 0, as: output)
  }
}
