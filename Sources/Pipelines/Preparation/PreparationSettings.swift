/// How clips are made into a dataset.
package struct PreparationSettings: Hashable, Sendable {
  /// Seconds of the windows that longer clips are cut into; `nil` for the most that the pipeline takes.
  package var window: Double?
  package var latents = DatasetManifest.Latents.sampled
  /// Which clips of the list are prepared here.
  package var share = DatasetShare.whole
  package var clipsPerShard = 64
  package var filter = ClipFilter()
  /// Whether a clip that cannot be used is an error.
  package var isStrict = false

  package init() {}
}
