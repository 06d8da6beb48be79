extension Pass {
  /// Every pass that needs no more than a graph, for `inspect --after NAME`.
  package static let all: [Pass] = [
    .differentiate, .foldConstants, .foldWeightNorm, .fuseQKV, .fuseRoPEAttention, .recognise, .removeDead,
    .resolvePositions,
    .shareCommon, .simplify, .unifySpelling,
  ]

  /// What makes graphs of one model alike, whichever way they were made: nothing is chosen for speed.
  package static let canonical: [Pass] = [
    .foldConstants, .resolvePositions, .recognise, .unifySpelling, .shareCommon, .removeDead,
  ]

  /// What every graph goes through before it is run.
  package static let inference: [Pass] = [
    .foldConstants, .resolvePositions, .recognise, .foldWeightNorm, .fuseRoPEAttention, .shareCommon,
    .removeDead,
  ]

  /// What makes a bridged denoiser, behind `inference`, a graph of its loss and the loss's gradients.
  package static let training: [Pass] = [
    .denoisingLoss(), .differentiate, .simplify, .shareCommon, .removeDead,
  ]
}
