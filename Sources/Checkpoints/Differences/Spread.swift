/// A way to do many pieces of work: calls the body once for each of `0..<count`, in any order and perhaps on
/// several threads, and returns when all are done.
package struct Spread: Sendable {
  package typealias Body = @Sendable (Int) -> Void
  private let work: @Sendable (_ count: Int, _ body: @escaping Body) -> Void

  package init(_ work: @escaping @Sendable (_ count: Int, _ body: @escaping Body) -> Void) {
    self.work = work
  }

  package func callAsFunction(_ count: Int, _ body: @escaping Body) { work(count, body) }

  /// One after the other.
  package static let serial = Spread { count, body in for index in 0..<count { body(index) } }
}
