import Synchronization

/// Collects what threads find, each at its place.
final class Results<Result: Sendable>: Sendable {
  private let found = Mutex<[Int: Result]>([:])

  func put(_ result: Result, at index: Int) { found.withLock { $0[index] = result } }

  /// The results of `0..<count`, in order.
  func all(_ count: Int) -> [Result] { found.withLock { found in (0..<count).compactMap { found[$0] } } }
}
