import Graphs

/// Whether both hold.
package struct And: LogicalOp {
  package static let name = "and"
  package init() {}

  package static func holds(_ a: Bool, _ b: Bool) -> Bool { a && b }
}
