/// What a sound is asked to be.
package struct GenerationRequest: Sendable {
  /// The clip the sound shall follow.
  package var video: String?
  package var prompt = ""
  /// What the sound shall not be; takes the place of the null tokens of guidance.
  package var negativePrompt: String?
  /// Where in the clip to begin, in seconds.
  package var start = 0.0
  /// How much of the clip to take, in seconds; `nil` for all of it.
  package var duration: Double?
  /// The sound's length where there is no clip, in seconds.
  package var seconds: Double?
  package var steps: Int?
  package var guidance: Double?
  /// How much of the guided prediction is brought back to the conditional one's spread, 0…1.
  package var guidanceRescale = 0.0
  package var seed: UInt64 = 0
  package var sampler: String?
  package var highest: Double?
  package var lowest: Double?
  /// What the bridge's output is multiplied by; `nil` for the bridge's own, 0 for the backbone alone.
  package var videoScale: Double?

  package init() {}
}
