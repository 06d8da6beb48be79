extension Pass {
  /// Every pass that needs no more than a graph, for `inspect --after NAME`.
  package static let all: [Pass] = [
    .differentiate, .foldConstants, .foldWeightNorm, .fuseQKV, .fuseRoPEAttention, .keepNarrow,
    .narrowAttention, .narrowConvolutions, .narrowProducts, .recognise, .removeDead, .resolvePositions,
    .shareCommon, .simplify,
    .unifySpelling,
  ]

  /// What turns the nodes of an exporter into the ops that other passes look for.
  package static let recognition: [Pass] = [.foldConstants, .resolvePositions, .recognise]

  /// What makes graphs of one model alike, whichever way they were made: nothing is chosen for speed.
  package static let canonical: [Pass] = recognition + [.unifySpelling, .shareCommon, .removeDead]

  /// What every graph goes through before it is run.
  package static let inference: [Pass] =
    recognition + [.foldWeightNorm, .fuseRoPEAttention, .shareCommon, .removeDead]

  /// What makes a bridged denoiser, behind `inference`, a graph of its loss and the loss's gradients.
  package static let training: [Pass] = [
    .denoisingLoss(), .differentiate, .simplify, .shareCommon, .removeDead,
  ]
}
