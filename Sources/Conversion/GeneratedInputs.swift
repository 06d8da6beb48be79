package import Graphs
import Operators
package import Tensors

/// Inputs that a graph takes, made up: the same for the same seed and lengths.
package struct GeneratedInputs {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A tensor for each input of `graph`: floats evenly from -1 to 1, whole numbers that every table they are
  /// looked up in has. Lengths that `lengths` does not give are 1 for the batch and 4 for others.
  package mutating func inputs(of graph: Graph, at lengths: [String: Int] = [:]) throws(Diagnostic)
    -> [Name: Tensor]
  {
    var tensors: [Name: Tensor] = [:]
    for value in graph.inputs {
      let (name, open) = (graph[value].name, graph[value].type)
      var all = lengths
      for length in open.dims.flatMap(\.names) where all[length] == nil {
        all[length] = length == "B" ? 1 : 4
      }
      guard let type = open.binding(all), let count = type.count, count <= 1 << 28 else {
        throw .tooLarge(name, open, all)
      }
      if type.element.isFloat {
        tensors[name] = try Tensor(reals: (0..<count).map { _ in uniform() * 2 - 1 }, as: type)
      } else {
        let bound = graph.rowsLookedUp(by: value) ?? 2
        tensors[name] = try Tensor(
          reals: (0..<count).map { _ in (uniform() * Double(bound)).rounded(.down) }, as: type)
      }
    }
    return tensors
  }

  /// Evenly from 0 up to 1, by SplitMix64.
  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ bits >> 31) >> 11) * 0x1p-53
  }
}

extension Graph {
  /// The least number of rows of the tables that `value` is an index into, or `nil` iff it is none.
  fileprivate func rowsLookedUp(by value: Value) -> Int? {
    let tables = nodes.compactMap { node -> Int? in
      guard let gather = node.op as? Gather, node.inputs.count == 2, node.inputs[1] == value else {
        return nil
      }
      let type = self[node.inputs[0]].type
      return type.dims.indices.contains(gather.axis) ? type.dims[gather.axis].fixed : nil
    }
    return tables.min()
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ name: Name, _ type: TensorType, _ lengths: [String: Int]) -> Diagnostic {
    let given = lengths.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    return Diagnostic(
      "input \(name), \(type), is too large to be made up with \(given)",
      help: "give smaller lengths with --length", kind: .usage)
  }
}
