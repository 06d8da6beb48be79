import CaseFiles
import Graphs
import Operators
import Tensors
import Testing

/// No attribute and no input type, however odd, may end in anything but a result or a `Diagnostic`.
@Suite struct MutationTests {
  private static let odd: [Int] = [.min, .min + 1, -3, -1, 0, 1, 2, 3, 1 << 31, 1 << 62, .max - 1, .max]

  @Test(arguments: try CaseFile.all(in: "Cases").map(\.name))
  func oddAttributes(name: String) throws {
    let file = try #require(try CaseFile.all(in: "Cases").first { $0.name == name })
    for example in try file.cases(ops: .all) {
      guard let graph = try? example.graph() else { continue }
      for place in graph.nodes.indices {
        let attributes = try graph.nodes[place].op.attributes()
        for key in attributes.indices {
          for value in attributes[key].value.mutations(Self.odd) {
            var changed = attributes
            changed[key] = NamedAttribute(key: attributes[key].key, value: value)
            guard let op = try? type(of: graph.nodes[place].op).init(attributes: changed) else { continue }
            try tryOut(graph, example) { node in node.name == graph.nodes[place].name ? op : node.op }
          }
        }
      }
    }
  }

  /// Infers, and where the results are small computes, the graph with other ops.
  private func tryOut(_ graph: Graph, _ example: GraphCase, _ op: (Node) -> any Op) throws {
    guard let changed = try? graph.mapping({ node throws(Diagnostic) in op(node) }),
      let lengths = try? changed.lengths(of: example.inputs.mapValues(\.type)),
      let bound = try? changed.binding(lengths)
    else { return }
    #expect(bound.problems().isEmpty)
    guard bound.nodes.allSatisfy({ $0.type.count.map { $0 < 1 << 16 } ?? false }) else { return }
    guard let results = try? example.run(bound) else { return }
    for output in bound.outputs { #expect(results[output.name]?.type == bound[output.value].type) }
  }
}

extension Attribute {
  /// The attribute with one number in it replaced, for each number and each of `odd`.
  fileprivate func mutations(_ odd: [Int]) -> [Attribute] {
    switch self {
    case .integer: return odd.map { .integer(Int64($0)) }
    case .real: return odd.map { .real(Double($0)) } + [.real(.nan), .real(.infinity)]
    case .bool(let value): return [.bool(!value)]
    case .dim:
      let names = odd.compactMap { number in (Dim("L") * Dim(number)).flatMap { $0 + Dim(number) } }
      return (odd.map { Dim($0) } + names).map { .dim($0) }
    case .type(let type):
      return DType.allCases.map { .type(TensorType($0, type.dims)) }
        + type.dims.indices.flatMap { axis in
          Attribute.dim(type.dims[axis]).mutations(odd).map { mutation in
            var changed = type
            if case .dim(let dim) = mutation { changed.dims[axis] = dim }
            return .type(changed)
          }
        } + [.type(TensorType(type.element, [])), .type(TensorType(type.element, type.dims + [1]))]
    case .list(let items):
      let changed = items.indices.flatMap { index in
        items[index].mutations(odd).map { mutation in
          var items = items
          items[index] = mutation
          return Attribute.list(items)
        }
      }
      return changed + [.list([]), .list(items + items)]
    case .word(let word):
      return DType(rawValue: word) == nil ? [] : DType.allCases.map { .word($0.rawValue) }
    default: return []
    }
  }
}
