import Graphs

/// Whether one of the two holds, or both do.
package struct Or: LogicalOp {
  package static let name = "or"
  package init() {}

  package static func holds(_ a: Bool, _ b: Bool) -> Bool { a || b }
}
