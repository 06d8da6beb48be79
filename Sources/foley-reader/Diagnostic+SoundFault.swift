import CLibAV
import Tensors

extension Diagnostic {
  /// The words for what stopped libav where sound was wanted.
  init(soundFault fault: fault) {
    let text = withUnsafeBytes(of: fault.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    switch fault.kind {
    case FAULT_NOT_MEDIA: self = .notSound
    case FAULT_NO_SOUND: self = .noSound
    case FAULT_CODEC_REFUSED: self = .codecRefused(text)
    case FAULT_NO_FRAMES: self = .noSamples
    case FAULT_CHANNELS: self = .channels
    case FAULT_MEMORY: self = .memory
    default: self.init(fault)
    }
  }

  private static let convert = "convert the sound to .wav"

  private static var notSound: Diagnostic {
    Diagnostic(
      "this is neither sound nor video: its bytes are of no format that libav knows",
      note: "the content counts, not the name of the file",
      help: "pass a .wav, .flac, .mp3, .ogg, .m4a or .mp4")
  }
  private static var noSound: Diagnostic {
    Diagnostic("there is no sound: the file has no audio stream", help: "pass a file with sound")
  }
  private static func codecRefused(_ name: String) -> Diagnostic {
    Diagnostic("the sound is coded as \(name), which foley does not decode", help: convert)
  }
  private static var noSamples: Diagnostic {
    Diagnostic("the audio stream holds nothing that decodes", help: "check that a player plays the sound")
  }
  private static var channels: Diagnostic {
    Diagnostic(
      "the sound's channels cannot be mixed to those that are wanted", help: "convert the sound to stereo")
  }
  private static var memory: Diagnostic {
    Diagnostic("decoding needs more memory than the decoder may use", help: convert)
  }
}
