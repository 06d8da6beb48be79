import Graphs
import Kernels
import Tensors

/// What training keeps of the weights it moves beside the weights themselves, one tensor behind the other.
struct TrainedWeights: ~Copyable {
  /// The inputs of the graph that are trained, in order.
  let weights: [Weight]
  /// Elements of all weights.
  let count: Int
  private let memory: Arena
  private let roles: [Role]
  private let places: [Name: Int]

  struct Weight: Sendable {
    let path: Name
    let type: TensorType
    /// Where in each role its elements begin.
    let start: Int
    let count: Int
    /// The output that holds its gradient.
    var gradient: Name { "gradient.\(path)" }
    /// Whether AdamW draws it to zero: matrices, but neither biases nor gains.
    var decays: Bool { type.rank >= 2 }
  }

  /// What is kept.
  enum Role: Int, CaseIterable {
    /// The running averages of the gradient and of its square.
    case mean, square
    /// The gradient summed over micro-batches.
    case sum
    /// The running average of the weights.
    case average
  }

  /// Throws iff the memory cannot be had.
  init(_ parameters: [(path: Name, type: TensorType)], keeping roles: [Role]) throws(Diagnostic) {
    var weights: [Weight] = []
    var end = 0
    for (path, type) in parameters {
      guard type.element == .f32, let count = type.count else { throw .noFloat(path, type) }
      weights.append(Weight(path: path, type: type, start: end, count: count))
      end += count
    }
    let size = end * roles.count * MemoryLayout<Float>.size
    let memory = try Arena(byteCount: size, for: "the state of the optimizer")
    self.memory = memory
    places = Dictionary(weights.enumerated().map { ($1.path, $0) }) { first, _ in first }
    (self.weights, count, self.roles) = (weights, end, roles)
  }

  /// The weight at `path`, or `nil` iff there is none.
  subscript(path: Name) -> Weight? { places[path].map { weights[$0] } }

  /// Whether `role` is kept.
  func keeps(_ role: Role) -> Bool { roles.contains(role) }

  /// All elements that are kept in `role`; none iff the role is not kept.
  func elements(_ role: Role) -> UnsafeMutableBufferPointer<Float> {
    guard let first = weights.first, let start = elements(first, role)?.baseAddress else {
      return UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    return UnsafeMutableBufferPointer(start: start, count: count)
  }

  /// The elements that are kept of `weight` in `role`, or `nil` iff the role is not kept.
  func elements(_ weight: Weight, _ role: Role) -> UnsafeMutableBufferPointer<Float>? {
    guard let place = roles.firstIndex(of: role) else { return nil }
    let size = MemoryLayout<Float>.size
    let start = (place * count + weight.start) * size
    let floats = memory.address(of: start..<start + weight.count * size).assumingMemoryBound(to: Float.self)
    return UnsafeMutableBufferPointer(start: floats, count: weight.count)
  }
}

extension Diagnostic {
  fileprivate static func noFloat(_ path: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("the trainable parameter \(path.quoted) is \(type), but f32 of fixed lengths is trained")
  }
}
