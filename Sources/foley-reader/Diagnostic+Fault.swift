import CLibAV
import Tensors

extension Diagnostic {
  /// The words for what stopped libav.
  init(_ fault: fault) {
    let text = withUnsafeBytes(of: fault.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    switch fault.kind {
    case FAULT_NOT_MEDIA: self = .notMedia
    case FAULT_FORMAT_REFUSED: self = .formatRefused(text)
    case FAULT_DAMAGED: self = .damaged(text)
    case FAULT_NO_VIDEO: self = .noVideo
    case FAULT_CODEC_REFUSED: self = .codecRefused(text)
    case FAULT_NO_FRAMES: self = .noFrames
    case FAULT_TOO_LARGE: self = .tooLarge(text)
    case FAULT_MEMORY: self = .memory
    case FAULT_DEADLINE: self = .deadline
    case FAULT_READ: self = Diagnostic("cannot read the samples: \(text)", kind: .inputOutput)
    case FAULT_WRITE: self = .cannotWrite(text)
    case FAULT_CANNOT_HOLD: self = .cannotHold(text)
    case FAULT_ENCODER: self = Diagnostic("the AAC encoder failed: \(text)", kind: .software)
    default: self = Diagnostic("libav failed: \(text)", kind: .software)
    }
  }

  private static let convert = "convert the clip to H.264 in .mp4"

  private static var notMedia: Diagnostic {
    Diagnostic(
      "this is no video: its bytes are of no format that libav knows",
      note: "the content counts, not the name of the file",
      help: "pass an .mp4, .mov, .mkv, .webm, .avi or .ts")
  }

  private static func formatRefused(_ name: String) -> Diagnostic {
    let playlists: Set = ["hls", "concat", "dash", "sdp", "rtsp", "imf", "vobsub"]
    let first = name.prefix { $0 != "," }
    return playlists.contains(String(first))
      ? Diagnostic(
        "this is no video but a playlist (\(name)) that names other files",
        note: "playlists are refused, because they could make foley read any file or address",
        help: "pass the video file itself")
      : Diagnostic(
        "this is no container that foley reads but \(name)",
        note: "the content counts, not the name of the file",
        help: "pass an .mp4, .mov, .mkv, .webm, .avi or .ts")
  }

  private static func damaged(_ words: String) -> Diagnostic {
    Diagnostic(
      "the container is damaged or cut off: \(words)",
      note: "an .mp4 whose writing was interrupted has no index at its end", help: "get the whole file")
  }

  private static var noVideo: Diagnostic {
    Diagnostic(
      "there is no video stream", note: "sound, subtitles and cover pictures do not count",
      help: "pass a file with moving pictures")
  }

  private static func codecRefused(_ name: String) -> Diagnostic {
    Diagnostic("the pictures are coded as \(name), which foley does not decode", help: convert)
  }

  private static var noFrames: Diagnostic {
    Diagnostic("the video stream holds no frame that decodes", help: "check that a player shows the clip")
  }

  private static func tooLarge(_ limit: String) -> Diagnostic {
    Diagnostic("the pictures have more pixels than the limit of \(limit)", help: "scale the clip down")
  }

  private static var memory: Diagnostic {
    Diagnostic("decoding needs more memory than the decoder may use", help: "scale the clip down")
  }

  private static var deadline: Diagnostic {
    Diagnostic("opening the video took too long", note: "the file may be hostile", help: convert)
  }

  private static func cannotWrite(_ words: String) -> Diagnostic {
    Diagnostic("cannot write the .mp4: \(words)", kind: .cannotCreate)
  }

  private static func cannotHold(_ codec: String) -> Diagnostic {
    Diagnostic(
      "an .mp4 cannot hold pictures coded as \(codec)",
      help: "write the sound alone to a .wav, or convert the clip to H.264 first", kind: .usage)
  }
}
