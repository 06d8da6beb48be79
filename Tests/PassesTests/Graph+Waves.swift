import Glibc
import Graphs
import Tensors

extension Graph {
  /// A tensor for each input: waves for floats, small numbers for whole ones; every named length is 2 or more.
  func waves(_ lengths: [String: Int] = [:]) throws -> [Name: Tensor] {
    let names = Set(inputs.flatMap { self[$0].type.dims.flatMap(\.names) }).sorted()
    let sizes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, lengths[$1] ?? $0 + 2) })
    var tensors: [Name: Tensor] = [:]
    for (index, value) in inputs.enumerated() {
      guard let type = self[value].type.binding(sizes) else { throw Diagnostic("an input is too long") }
      tensors[self[value].name] = try Tensor(wave: Double(index), type)
    }
    return tensors
  }

  /// The reference results on `inputs`, parameters being waves too.
  func onWaves(_ inputs: [Name: Tensor]) throws(Diagnostic) -> [Name: Tensor] {
    let types = Dictionary(parameters.map { ($0.parameter.path, $0.parameter.type) }) { first, _ in first }
    return try evaluate(inputs) { (path) throws(Diagnostic) in
      guard let type = types[path] else { throw Diagnostic("no parameter \(path)") }
      return try Tensor(wave: Double(path.text.utf8.count) + 0.5, type)
    }
  }
}

extension Tensor {
  /// `0.7·sin(start + 0.9·i)` at place i; for whole numbers 0, 1, 0, 1, ….
  init(wave start: Double, _ type: TensorType) throws(Diagnostic) {
    guard let count = type.count else { throw Diagnostic("\(type) is open") }
    if type.element.isInteger {
      try self.init(integers: (0..<count).map { Int64($0 % 2) }, as: type)
    } else {
      try self.init(reals: (0..<count).map { 0.7 * sin(start + 0.9 * Double($0)) }, as: type)
    }
  }
}
