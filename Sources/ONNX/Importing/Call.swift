import Graphs
import Operators
import Tensors

/// One node of the file while it is translated: what a translator sees.
struct Call {
  let node: NodeProto
  /// The version of the node's domain that the model asks for.
  let version: Int
  /// What the inputs are; `nil` for an optional one that is left out.
  let inputs: [Value?]
  let translation: Translation

  /// The graph that the node's meaning is appended to.
  var g: Graph {
    get { translation.graph }
    nonmutating _modify { yield &translation.graph }
  }

  /// Input `index`. Throws iff it is left out.
  func input(_ index: Int) throws(Diagnostic) -> Value {
    guard let value = optional(index) else { throw .missing(index, node) }
    return value
  }

  /// Input `index`, or `nil` iff it is left out.
  func optional(_ index: Int) -> Value? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// All inputs. Throws iff one is left out.
  func allInputs() throws(Diagnostic) -> [Value] {
    var values: [Value] = []
    for index in inputs.indices { values.append(try input(index)) }
    return values
  }

  func type(_ value: Value) -> TensorType { translation.graph[value].type }
  /// The type of input `index`. Throws iff it is left out.
  func type(of index: Int) throws(Diagnostic) -> TensorType { type(try input(index)) }

  /// `axis` counted from the front in `rank` axes. Throws iff there is no such axis.
  func place(_ axis: Int, rank: Int) throws(Diagnostic) -> Int {
    guard (-rank..<rank).contains(axis) else { throw .noAxis(axis, rank, node) }
    return axis < 0 ? axis + rank : axis
  }

  /// Whether somebody names output `index`.
  func wants(_ index: Int) -> Bool { node.outputs.indices.contains(index) && node.outputs[index] != "" }
}

// MARK: what is known of operands

extension Call {
  /// The elements of input `index`, which decide the shape of the result.
  ///
  /// Throws iff they are not known; the node is then deferred.
  func tensor(_ index: Int) throws(Diagnostic) -> Tensor {
    let value = try input(index)
    guard let tensor = try translation.known(value) else { throw translation.awaiting(index, of: self) }
    return tensor
  }

  /// As `tensor`, as whole numbers.
  func integers(_ index: Int) throws(Diagnostic) -> [Int] { try tensor(index).integers().map(Int.init) }

  /// Whole numbers that are an input or, in older versions, an attribute; `nil` iff they are neither.
  ///
  /// Throws iff the input is not known.
  func integers(_ index: Int, orAttribute name: String) throws(Diagnostic) -> [Int]? {
    optional(index) == nil ? try integers(name) : try integers(index)
  }

  /// The elements of input `index` as lengths, which may follow the named lengths of the graph's inputs.
  ///
  /// Throws iff they are not known.
  func lengths(_ index: Int) throws(Diagnostic) -> [Dim] {
    let value = try input(index)
    guard let lengths = try translation.lengths(value) else { throw translation.awaiting(index, of: self) }
    return lengths
  }

  /// Says what types the outputs have should the node be deferred: an element type and a rank each.
  func promise(_ element: DType, rank: Int, output: Int = 0) {
    translation.promises[output] = (element, rank)
  }

  /// An error that makes the node visible as unsupported, with its reason.
  func refusal(_ reason: String) -> Diagnostic { .unsupported(node, reason) }
}

extension Diagnostic {
  fileprivate static func missing(_ index: Int, _ node: NodeProto) -> Diagnostic {
    Diagnostic("\(node.operatorName) needs input \(index), but it is left out")
  }
  fileprivate static func noAxis(_ axis: Int, _ rank: Int, _ node: NodeProto) -> Diagnostic {
    Diagnostic("\(node.operatorName) names axis \(axis) of \(rank)")
  }
  fileprivate static func unsupported(_ node: NodeProto, _ reason: String) -> Diagnostic {
    Diagnostic("\(node.operatorName) \(reason)", kind: .unavailable)
  }
}
