import Graphs

/// Whether one of the two holds and the other does not.
package struct Xor: LogicalOp {
  package static let name = "xor"
  package init() {}

  package static func holds(_ a: Bool, _ b: Bool) -> Bool { a != b }
}
