package import Graphs
package import Tensors

/// `a` where the condition holds, else `b`. The three inputs broadcast as in NumPy.
package struct Where: MovingOp {
  package static let name = "where"
  package static var mayOverwrite: [Int] { [1, 2] }
  package init() {}

  /// `inputs`: the condition, `bool`; `a` and `b`, of one element type.
  package func infer(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    try expectCount(inputs, 3)
    guard inputs[0].element == .bool else { throw .condition(inputs[0]) }
    try expectOneElement([inputs[1], inputs[2]])
    return TensorType(inputs[1].element, try TensorType.broadcastDims(inputs))
  }

  package func evaluate(_ inputs: [Tensor], as type: TensorType) throws(Diagnostic) -> Tensor {
    let holds = try inputs[0].truths()
    let (a, b) = try (spread(inputs[1], as: type), spread(inputs[2], as: type))
    let width = type.element.unpackedBytes
    var bytes = b
    for (index, place) in inputs[0].places(over: type).enumerated() where holds[place] {
      let range = index * width..<(index + 1) * width
      bytes.replaceSubrange(range, with: a[range])
    }
    return try Tensor(unpacked: bytes, as: type)
  }

  private func spread(_ tensor: Tensor, as type: TensorType) throws(Diagnostic) -> [UInt8] {
    try tensor.reading(tensor.places(over: type), as: type).unpacked()
  }

  package func gradient(_ site: GradientSite, in g: inout Graph) throws(Diagnostic) -> [Value?] {
    let zero = try g.constant(0, like: site.upstream)
    return [
      nil,
      site.wanted[1] ? try g.where(site.inputs[0], site.upstream, zero) : nil,
      site.wanted[2] ? try g.where(site.inputs[0], zero, site.upstream) : nil,
    ]
  }
}

extension Diagnostic {
  fileprivate static func condition(_ type: TensorType) -> Diagnostic {
    Diagnostic("where takes a bool condition, but it is given \(type)")
  }
}
