extension Family {
  /// Every family, in the order in which configurations are tried.
  package static let all: [Family] = [
    .stableAudioDiT, .stableAudioConditioners, .oobleck, .t5Encoder, .vJEPA2,
  ]
}
