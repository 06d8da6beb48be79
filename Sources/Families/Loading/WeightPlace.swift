import Graphs
import Operators
import Tensors

/// Where a layout keeps a parameter: a path, and where several are stored as one, which rows are meant.
struct WeightPlace: Sendable {
  var path: Name
  /// The part `index` of `count` equal parts along the first axis; `nil` for the whole.
  var rows: (index: Int, count: Int)?
  /// The stored shape, where it holds the same elements under other lengths.
  var storedShape: [Int]?

  init(_ path: Name, rows: (index: Int, count: Int)? = nil, storedShape: [Int]? = nil) {
    (self.path, self.rows, self.storedShape) = (path, rows, storedShape)
  }
}

extension Graph {
  /// The parameter of `shape` that lies at `place`: cut out of its matrix or reshaped where need be. What is
  /// made of a parameter is named after it, not after the scope.
  mutating func weight(_ place: WeightPlace, _ shape: [Int]) throws(Diagnostic) -> Value {
    let outer = scope
    scope = ""
    defer { scope = outer }
    var stored = place.storedShape ?? shape
    guard let (index, count) = place.rows else {
      let whole = try parameter(place.path, TensorType(.f32, shape: stored))
      guard stored != shape else { return whole }
      return try add(Reshape(dims: shape.map(Dim.fixed)), [whole], name: Name("\(place.path).reshaped"))
    }
    let rows = stored[0]
    stored[0] = rows * count
    let whole = try parameter(place.path, TensorType(.f32, shape: stored))
    let slice = Slice(axis: 0, start: Dim(index * rows), length: Dim(rows))
    return try add(slice, [whole], name: Name("\(place.path).\(index)"))
  }
}
