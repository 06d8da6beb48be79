extension Pass {
  /// Every pass that needs no more than a graph, for `inspect --after NAME`.
  package static let all: [Pass] = [
    .foldConstants, .foldWeightNorm, .fuseQKV, .fuseRoPEAttention, .recognise, .removeDead, .shareCommon,
  ]

  /// What every graph goes through before it is run.
  package static let inference: [Pass] = [
    .foldConstants, .recognise, .foldWeightNorm, .fuseRoPEAttention, .shareCommon, .removeDead,
  ]
}
