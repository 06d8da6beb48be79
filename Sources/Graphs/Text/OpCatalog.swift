/// The ops a reader of graph text knows, by name.
package struct OpCatalog: Sendable {
  private let ops: [String: any Op.Type]

  /// The leaves are known always.
  package init(_ ops: [any Op.Type]) {
    let all: [any Op.Type] = [Input.self, Parameter.self, Constant.self] + ops
    self.ops = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
  }

  package subscript(name: String) -> (any Op.Type)? { ops[name] }
  package var names: [String] { ops.keys.sorted() }
}
