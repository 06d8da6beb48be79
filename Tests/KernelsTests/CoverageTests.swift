import CaseFiles
import Graphs
import Kernels
import Operators
import Plans
import Tensors
import Testing

/// Every op has a fast kernel for f32, or is made of ops that have, or computes nothing at run time.
@Suite struct CoverageTests {
  /// What stays with the reference evaluation, and why that is enough.
  private static let exceptions: [String: String] = [
    "conv_transpose": "over more than one axis of space no family uses it"
  ].merging(imported.map { ($0, "only imported graphs hold it") }) { first, _ in first }

  private static let imported: [String] = [
    "if", "loop", "scan",
    "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh",
    "floor", "ceil", "round", "sign", "is_nan", "is_inf", "modulo", "remainder", "product", "arg_max",
    "arg_min", "arg_sort", "cumulative_sum",
    "cumulative_product", "gather_elements", "gather_nd", "scatter_elements", "scatter_nd", "max_pool",
    "arg_max_pool",
  ]

  @Test(arguments: try CaseFile.all(in: "../OperatorsTests/Cases").map(\.name))
  func isFast(name: String) throws {
    let files = try CaseFile.all(in: "../OperatorsTests/Cases")
    for item in try #require(files.first { $0.name == name }).cases(ops: .all) where item.error == nil {
      let graph = try item.graph()
      let bound = try graph.binding(graph.lengths(of: item.inputs.mapValues(\.type)))
      let lowered = try bound.lowered(for: .standard) { _ throws(Diagnostic) in .f32 }
      let plan = try Plan(lowered)
      for step in plan.steps {
        let node = lowered[step]
        let signature = Signature(node.inputs.map { lowered[$0].type }, node.type)
        let isFloat = ([node.type] + signature.inputs).allSatisfy {
          [.f32, .i64, .bool].contains($0.element)
        }
        guard isFloat, signature.inputs.first?.element == .f32, Self.exceptions[node.op.name] == nil else {
          continue
        }
        let isFast = KernelTable.standard.fast(node.op, signature) != nil
        #expect(isFast, "\(item.site): \(lowered.line(of: node)) : \(node.type)")
      }
    }
  }
}
