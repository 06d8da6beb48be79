/// Every operator that is understood. A group is a file beside this one.
struct OperatorCatalog: Sendable {
  private let operators: [Key: [Operator]]

  private struct Key: Hashable {
    let domain: String
    let name: String
  }

  static let all = OperatorCatalog([
    Operator.elementwise, Operator.comparisons, Operator.activations, Operator.shapes, Operator.slicing,
    Operator.filling, Operator.gathering, Operator.reductions, Operator.matrices, Operator.convolutions,
    Operator.rowNormalizations, Operator.channelNormalizations, Operator.attentions, Operator.einsum,
    Operator.resizing, Operator.recurrence, Operator.rotations, Operator.pooling, Operator.padding,
    Operator.ordering, Operator.masks, Operator.signals, Operator.fused, Operator.fusedAttentions,
    Operator.units, Operator.bits, Operator.losses, Operator.scattering, Operator.quantization,
    Operator.sampling, Operator.layouts, Operator.stateful, Operator.control, Operator.selecting,
    Operator.preview, Operator.learned, Operator.determinants,
  ])

  init(_ groups: [[Operator]]) {
    operators = Dictionary(grouping: groups.joined()) { Key(domain: $0.domain, name: $0.name) }
  }

  /// The operator `name` as version `version` of `domain` means it, or `nil` iff it is not understood.
  subscript(domain: String, name: String, version: Int) -> Operator? {
    operators[Key(domain: domain, name: name)]?.first { $0.versions.contains(version) }
  }
}
