import Foundation
import TemporaryFolders
import Testing

/// The pipeline that comes with foley.
@Suite struct MiniatureTests {
  private let folder: TemporaryFolder
  private static let miniature = "graphs/miniature"

  init() throws { folder = try TemporaryFolder() }

  /// The samples that the pipelines named in `pipeline` (or the default) make in two steps.
  private func sound(_ pipeline: [String], _ request: [String]) throws -> [UInt8] {
    let made = try FoleyProcess(
      ["generate"] + pipeline + ["--prompt", "knocking on a glass bowl", "--steps", "2"] + request
        + ["-o", folder("out.wav")])
    #expect(made.status == 0, "\(made)")
    return try folder.bytes("out.wav")
  }

  private static let clip = ["--video", "\(miniature)/clips/mallet.mp4"]

  @Test func isThePipelineWhereNoneIsNamed() throws {
    let made = try sound([], Self.clip)
    #expect(made.count == 44 + 4 * 16_000 * 2)
    for name in ["miniature", Self.miniature] {
      #expect(try sound([name], Self.clip + ["--verify"]) == made)
    }
  }

  @Test func withoutVideoItIsTheBackboneAlone() throws {
    let part = { (name: String) in "\(Self.miniature)/\(name)" }
    let made = try foley(
      "assemble", "-o", folder("alone"), "--backbone", part("backbone"), "--conditioners",
      part("conditioners"), "--autoencoder", part("autoencoder"), "--text-encoder", part("text_encoder"),
      "--tokenizer", part("tokenizer"), "--steps", "30", "--cfg", "3")
    #expect(made.status == 0 && made.output.contains("30 steps, cfg 3.0"), "\(made)")
    let alone = try sound([folder("alone")], ["--seconds", "4"])
    #expect(try sound([], Self.clip + ["--video-scale", "0"]) == alone)
    #expect(try sound([], Self.clip) != alone)
  }

  @Test func tellsWhatIsSeenAndHeard() throws {
    let made = try FoleyProcess(
      ["generate"] + Self.clip + [
        "--steps", "2", "-o", folder("out.wav"), "--spectrogram", folder("out.png"),
      ]
        + ["--onsets", "\(Self.miniature)/clips/mallet.onsets", "--start", "1"])
    #expect(made.status == 0 && made.output.contains("strikes: 6 seen, "), "\(made)")
    #expect(try folder.bytes("out.png")[1..<4].elementsEqual("PNG".utf8))
    let wrong = try FoleyProcess(
      ["generate"] + Self.clip + ["--onsets", "0.5,-1", "-o", folder("not.wav")])
    #expect(wrong.status == 65 && wrong.errors.contains("\"-1\" is no time"), "\(wrong)")
  }

  /// Without a length a sound is as long as the backbone makes it; a clip that is longer has to be cut.
  @Test func knowsHowLongASoundMayBe() throws {
    let made = try foley("generate", "--prompt", "glass", "--steps", "1", "-o", folder("out.wav"))
    #expect(made.status == 0 && made.output.contains("4.096 s"), "\(made)")
    let long = try foley(
      "generate", "--video", "\(Places.fixtures)/clips/variable_rate.mp4", "--steps", "1", "-o",
      folder("no.wav"))
    #expect(long.status == 64 && long.errors.contains("cut the clip with --start"), "\(long)")
  }

  @Test func canBeLookedInto() throws {
    let seen = try foley("inspect", "miniature", "--component", "backbone")
    let same = try foley("inspect", Self.miniature, "--component", "backbone")
    #expect(seen.status == 0 && seen.output == same.output, "\(seen)")
  }

  @Test func keepsItsSettings() throws {
    let text = try String(
      contentsOf: Places.package.appendingPathComponent("\(Self.miniature)/pipeline.json"), encoding: .utf8)
    #expect(text.contains("\"steps\": 30") && text.contains("\"cfg\": 3.0"))
    #expect(!text.contains("../") && !text.contains("\"path\": \"/"))
  }

  /// It ships with the sources.
  @Test func isSmall() throws {
    let path = Places.package.appendingPathComponent(Self.miniature).path
    let names = try #require(FileManager.default.enumerator(atPath: path)?.allObjects as? [String])
    let bytes = try names.reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return sum + (attributes[.size] as? Int ?? 0)
    }
    #expect(names.contains("bridge.safetensors") && bytes < 12_000_000)
  }
}
