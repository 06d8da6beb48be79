import Graphs
import Tensors

extension Op {
  /// `axis` counted from the front; a negative one is counted from behind. Throws iff `type` has no such axis.
  func place(of axis: Int, in type: TensorType) throws(Diagnostic) -> Int {
    guard (-type.rank..<type.rank).contains(axis) else { throw .noAxis(axis, type, Self.name) }
    return axis < 0 ? axis + type.rank : axis
  }

  /// Throws iff the elements of one of `types` are not floats that can be read as values.
  func expectFloats(_ types: [TensorType]) throws(Diagnostic) {
    for type in types where !(type.element.isFloat && type.element.isArithmetic) {
      throw .element(type, "f16, bf16, f32 or f64", Self.name)
    }
  }

  /// Throws iff the elements of one of `types` are neither such floats nor whole numbers.
  func expectNumbers(_ types: [TensorType]) throws(Diagnostic) {
    for type in types where !type.element.isArithmetic {
      throw .element(type, "whole numbers or floats of 16 bits and more", Self.name)
    }
  }

  /// Throws iff the elements of `type` are not whole numbers.
  func expectIntegers(_ type: TensorType) throws(Diagnostic) {
    guard type.element.isInteger else { throw .element(type, "whole numbers", Self.name) }
  }

  /// Throws iff the elements of one of `types` are not whole numbers that ops compute with.
  func expectWholes(_ types: [TensorType]) throws(Diagnostic) {
    for type in types where type.element.whole == nil {
      throw .element(type, "whole numbers of 8 bits and more", Self.name)
    }
  }

  /// Throws iff the elements of one of `types` are not such numbers without a sign.
  func expectUnsigned(_ types: [TensorType]) throws(Diagnostic) {
    for type in types where type.element.whole?.isSigned ?? true {
      throw .element(type, "u8, u16, u32 or u64", Self.name)
    }
  }

  /// Throws iff the elements of one of `types` are not truth values.
  func expectTruths(_ types: [TensorType]) throws(Diagnostic) {
    for type in types where type.element != .bool { throw .element(type, "bool", Self.name) }
  }

  /// Throws iff two of `types` have different elements.
  func expectOneElement(_ types: [TensorType]) throws(Diagnostic) {
    guard let first = types.first else { return }
    for type in types where type.element != first.element { throw .mixed(first, type, Self.name) }
  }

  /// A type of `dims`. Throws iff a fixed one is negative.
  func typed(_ element: DType, _ dims: [Dim]) throws(Diagnostic) -> TensorType {
    let type = TensorType(element, dims)
    if let axis = dims.firstIndex(where: { ($0.fixed ?? 0) < 0 }) { throw .negative(axis, type, Self.name) }
    return type
  }

  /// The length that `dim` stands for. Throws iff its name is open.
  func length(_ dim: Dim) throws(Diagnostic) -> Int {
    guard let length = dim.fixed else { throw .open(dim, Self.name) }
    return length
  }
}

extension Diagnostic {
  fileprivate static func noAxis(_ axis: Int, _ type: TensorType, _ op: String) -> Diagnostic {
    let axes = type.rank == 0 ? "no axes" : "the axes \(-type.rank) to \(type.rank - 1)"
    return Diagnostic("\(op) names axis \(axis), but \(type) has \(axes)")
  }
  fileprivate static func element(_ type: TensorType, _ expected: String, _ op: String) -> Diagnostic {
    Diagnostic("\(op) takes \(expected), but it is given \(type)", help: "put a cast before it")
  }
  fileprivate static func mixed(_ a: TensorType, _ b: TensorType, _ op: String) -> Diagnostic {
    Diagnostic(
      "\(op) takes elements of one type, but it is given \(a) and \(b)", help: "put a cast before it")
  }
  fileprivate static func negative(_ axis: Int, _ type: TensorType, _ op: String) -> Diagnostic {
    Diagnostic("\(op) would give \(type), whose axis \(axis) has a negative length")
  }
  fileprivate static func open(_ dim: Dim, _ op: String) -> Diagnostic {
    Diagnostic("\(op) needs the length \(dim), which no input binds")
  }
}
