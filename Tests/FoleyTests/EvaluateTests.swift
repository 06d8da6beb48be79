import Foundation
import TemporaryFolders
import Testing

/// Sounds heard through the command line.
@Suite struct EvaluateCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A WAV file of decaying sines of `pitch` Hz at `times`, 2 s at 16 kHz, 16 bits, one channel.
  private func wave(_ name: String, _ times: [Double], pitch: Double) throws {
    var samples = Array(repeating: 0.0, count: 32_000)
    for time in times {
      let start = Int(time * 16_000)
      for place in start..<samples.count {
        let seconds = Double(place - start) / 16_000
        samples[place] += 0.3 * exp(-20 * seconds) * sin(2 * .pi * pitch * seconds)
      }
    }
    func bytes<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
      withUnsafeBytes(of: word.littleEndian, Array.init)
    }
    let data = samples.flatMap { bytes(Int16(max(-1, min(1, $0)) * 32_767)) }
    var file =
      Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
    file += bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(UInt32(16_000)) + bytes(UInt32(32_000))
    file += bytes(UInt16(2)) + bytes(UInt16(16)) + Array("data".utf8) + bytes(UInt32(data.count)) + data
    try Data(file).write(to: URL(fileURLWithPath: folder(name)))
  }

  private func sounds() throws -> (list: String, templates: String) {
    try wave("low.wav", [0.4, 0.9, 1.5], pitch: 300)
    try wave("high.wav", [0.4, 1.2], pitch: 2500)
    let list = try folder.put(
      "list.jsonl",
      """
      {"sound": "low.wav", "onsets": [0.41, 0.9, 1.5], "label": "low"}
      {"sound": "high.wav", "onsets": [0.4, 0.8], "label": "low"}
      """)
    let templates = try folder.put(
      "templates.jsonl",
      """
      {"sound": "low.wav", "label": "low"}
      {"sound": "high.wav", "label": "high"}
      """)
    return (list, templates)
  }

  @Test func figuresAreToldAsTableAndAsJSON() throws {
    let (list, templates) = try sounds()
    let table = try foley("evaluate", list, "--templates", templates)
    #expect(table.status == 0 && table.output.contains("onset f1"), "\(table)")
    let json = try foley("evaluate", list, "--templates", templates, "--format", "json")
    let figures = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [String: Double]])
    #expect(figures["onset_f1"]?["value"] == 0.8)
    #expect(figures["onset_f1"]?["clips"] == 2)
    #expect(figures["timbre_accuracy"]?["value"] == 0.5)
  }

  @Test func aVideoIsHeardAsItsSound() throws {
    try FileManager.default.copyItem(
      atPath: "\(Places.fixtures)/clips/audio_only.mp4", toPath: folder("clip.mp4"))
    let list = try folder.put("list.jsonl", #"{"sound": "clip.mp4", "reference": "clip.mp4"}"#)
    let heard = try foley("evaluate", list, "--format", "json")
    #expect(heard.status == 0, "\(heard)")
    let figures = try #require(
      try JSONSerialization.jsonObject(with: Data(heard.output.utf8)) as? [String: [String: Double]])
    #expect(figures["mean_envelope_lag_seconds"]?["value"] == 0)
  }

  @Test func listsThatMakeNoSenseAreRefused() throws {
    let (list, _) = try sounds()
    let unlabelled = try folder.put("unlabelled.jsonl", #"{"sound": "low.wav"}"#)
    let templates = try foley("evaluate", list, "--templates", unlabelled)
    #expect(templates.status == 64 && templates.errors.contains("has no label"), "\(templates)")
    let backwards = try folder.put("backwards.jsonl", #"{"sound": "low.wav", "onsets": [1, 0.5]}"#)
    let unsorted = try foley("evaluate", backwards)
    #expect(unsorted.status == 64 && unsorted.errors.contains("not in ascending order"), "\(unsorted)")
    let missing = try foley("evaluate", folder("nowhere.jsonl"))
    #expect(missing.status == 66, "\(missing)")
  }
}
