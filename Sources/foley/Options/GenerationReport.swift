import Media
import Pipelines
import Reports
import Tensors

/// What `foley generate` says of a sound.
struct GenerationReport {
  let output: String
  let sound: Sound
  let hearing: Hearing?
  let seed: UInt64

  init(_ output: String, _ sound: Sound, _ hearing: Hearing?, _ request: GenerationRequest) {
    (self.output, self.sound, self.hearing, seed) = (output, sound, hearing, request.seed)
  }

  func text(_ format: Machinery.Format) -> String {
    switch format {
    case .text: lines.joined(separator: "\n") + "\n"
    case .json: json.printed(pretty: true) + "\n"
    }
  }

  private var lines: [String] {
    let first =
      "\(output): \(sound.duration) s, \(sound.channels.count) channels at \(sound.sampleRate) Hz"
      + ", peak \(sound.peak), seed \(seed)"
    guard let score = hearing?.score else { return [first] }
    let window = Int((OnsetScore.window * 1000).rounded())
    return [
      first,
      "strikes: \(score.truth) seen, \(score.estimated) heard, \(score.hits) of them within \(window) ms",
    ]
  }

  private var json: JSON {
    var object = JSON.Object()
    object["output"] = JSON(output)
    (object["seconds"], object["channels"]) = (JSON(sound.duration), JSON(sound.channels.count))
    (object["sample_rate"], object["peak"]) = (JSON(sound.sampleRate), JSON(sound.peak))
    object["seed"] = .integer(Int64(bitPattern: seed))
    if let hearing { object["heard"] = JSON(hearing.heard.map { JSON($0) }) }
    if let score = hearing?.score { object["hits"] = JSON(score.hits) }
    return .object(object)
  }
}

extension Hearing {
  /// When things are seen and heard, for the spectrogram.
  var marks: [SpectrogramPNG.Marks] {
    [seen.map(SpectrogramPNG.Marks.seen), .heard(at: heard)].compactMap { $0 }
  }
}
