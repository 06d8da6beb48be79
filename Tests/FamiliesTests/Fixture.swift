import Checkpoints
import Families
import Graphs
import Runtime
import Tensors

/// The upstream models and their results that the tests compare with.
enum Fixture {
  private static let folder = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false)
    .dropLast(2).joined(separator: "/")

  static func path(_ name: String) -> String { "\(folder)/Fixtures/\(name)" }

  /// A configuration of a published model.
  static func published(_ name: String) -> String { "\(folder)/FamiliesTests/Published/\(name)" }

  static func tensors(_ name: String) throws -> [Name: Tensor] {
    Dictionary(try Checkpoint.open(path: path(name)).entries.map { ($0.name, try $0.tensor) }) {
      first, _ in first
    }
  }

  static func model(_ source: String, config: String? = nil, _ component: String? = nil) throws
    -> Model
  {
    try ModelSource(path: path(source), config: config.map(path)).model(component)
  }

  /// The model of `config`, or of the source's own configuration, with the source's weights changed first.
  static func model(
    _ source: String, as config: String?, _ component: String, _ change: (Checkpoint) throws -> Checkpoint
  ) throws -> Model {
    let part = try ModelSource(path: path(config ?? source)).part(component)
    let checkpoint = try change(try Checkpoint.open(path: path(source)))
    return try Model(part.component, family: part.family, checkpoint: checkpoint)
  }
}

extension Model {
  /// The results on `inputs`, computed with kernels.
  func run(_ inputs: [Name: Tensor]) throws -> [Name: Tensor] {
    var session = try Session(
      graph, parameters: { path throws(Diagnostic) in try weights.tensor(path) })
    return try session.run(inputs)
  }

  /// The results on `inputs`, computed in `Double`.
  func evaluate(_ inputs: [Name: Tensor]) throws -> [Name: Tensor] {
    try graph.evaluate(inputs) { path throws(Diagnostic) in try weights.tensor(path) }
  }
}

extension Tensor {
  /// `max|a - b| / max|b|`; infinite where the shapes differ or a value is not finite.
  func error(against other: Tensor) throws -> Double {
    guard shape == other.shape else { return .infinity }
    let (a, b) = (try reals(), try other.reals())
    guard a.allSatisfy(\.isFinite), let largest = b.map(\.magnitude).max() else { return .infinity }
    return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / largest
  }

  /// The rows `range` of the first axis.
  func rows(_ range: Range<Int>) throws -> Tensor {
    let size = byteCount / shape[0]
    let bytes = withBytes { Array($0[range.lowerBound * size..<range.upperBound * size]) }
    return try Tensor(
      TensorType(type.element, shape: [range.count] + shape.dropFirst()), bytes: bytes)
  }
}
