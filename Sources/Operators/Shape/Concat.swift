package import Graphs
package import Tensors

/// The inputs one behind the other along `axis`; on all other axes they are equal.
package struct Concat: MovingOp {
  package static let name = "concat"
  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    guard var result = inputs.first else { throw .nothing }
    try expectOneElement(inputs)
    let place = try place(of: axis, in: result)
    for type in inputs.dropFirst() {
      var fitting = type
      guard type.rank == result.rank else { throw .unequal(result, type, axis) }
      fitting.dims[place] = result.dims[place]
      guard fitting == result else { throw .unequal(result, type, axis) }
      guard let sum = result.dims[place] + type.dims[place] else { throw .noSum(inputs, axis) }
      result.dims[place] = sum
    }
    return result
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    guard type.count != 0 else { return try Tensor(type, bytes: []) }
    let place = try place(of: axis, in: type)
    let outer = (type.shape ?? [])[..<place].reduce(1, *)
    let sources = try inputs.map { tensor throws(Diagnostic) in try tensor.unpacked() }
    var bytes: [UInt8] = []
    for index in 0..<outer {
      for source in sources {
        let block = source.count / outer
        bytes += source[index * block..<(index + 1) * block]
      }
    }
    return try Tensor(unpacked: bytes, as: type)
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    var start: Dim = 0
    var gradients: [Value?] = []
    for (input, isWanted) in zip(site.inputs, site.wanted) {
      let type = g[input].type
      let length = type.dims[try place(of: axis, in: type)]
      gradients.append(
        isWanted ? try g.slice(site.upstream, axis: axis, start: start, length: length) : nil)
      guard let next = start + length else { throw .noSum(site.inputs.map { g[$0].type }, axis) }
      start = next
    }
    return gradients
  }
}

extension Diagnostic {
  fileprivate static var nothing: Diagnostic {
    Diagnostic("concat takes one input or more, but it is given none")
  }
  fileprivate static func unequal(_ a: TensorType, _ b: TensorType, _ axis: Int) -> Diagnostic {
    Diagnostic("\(a) and \(b) differ on more than axis \(axis), along which they are put together")
  }
  fileprivate static func noSum(_ types: [TensorType], _ axis: Int) -> Diagnostic {
    Diagnostic(
      "axis \(axis) of \(types.map(\.description).joined(separator: " and ")) has no sum",
      help: "a length holds one name: bind the others first")
  }
}
