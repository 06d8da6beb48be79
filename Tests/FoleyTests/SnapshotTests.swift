import Foundation
import Testing

/// What a person sees, recorded word for word. `BLESS=1 swift test` records anew.
@Suite struct SnapshotTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let arguments: [String]
    var testDescription: String { name }

    init(_ name: String, _ arguments: String) {
      (self.name, self.arguments) = (name, arguments.split(separator: " ").map(String.init))
    }

    func check() throws {
      let seen = try FoleyProcess(arguments)
      let text =
        "$ foley \(arguments.joined(separator: " "))\n\(seen.output)\(seen.errors)exit status \(seen.status)\n"
      let file = Places.snapshots.appendingPathComponent("\(name).txt")
      if ProcessInfo.processInfo.environment["BLESS"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      let recorded = try? String(contentsOf: file, encoding: .utf8)
      #expect(text == recorded, "\(name) is not as recorded; if it should be so, run with BLESS=1")
    }
  }

  static let tiny = "\(Places.fixtures)/tiny"
  static let references = "\(Places.fixtures)/references"

  /// The subcommands as `foley --help` lists them.
  static func subcommands() throws -> [String] {
    let help = try foley("--help").output
    let lines = help.components(separatedBy: "SUBCOMMANDS:\n").last?.split(separator: "\n") ?? []
    return lines.prefix { $0.hasPrefix("  ") && !$0.contains("foley help") }
      .filter { !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  @Test func everyHelpIsRecordedAndHasAnExample() throws {
    let names = try Self.subcommands()
    #expect(names.contains("inspect") && names.contains("run"))
    try Case("help", "--help").check()
    for name in names {
      try Case("help-\(name)", "\(name) --help").check()
      #expect(try foley(name, "--help").output.contains("Example: foley \(name) "))
    }
  }

  @Test(arguments: [
    Case("inspect-summary", "inspect \(tiny)/text_encoder"),
    Case("inspect-components", "inspect \(tiny)/stable_audio"),
    Case("inspect-graph", "inspect \(tiny)/text_encoder --graph"),
    Case("inspect-dot", "inspect \(tiny)/text_encoder --format dot"),
    Case("inspect-ops", "inspect \(tiny)/text_encoder --ops"),
    Case("inspect-weights", "inspect \(tiny)/bridge.safetensors --weights --scan"),
    Case("inspect-shards", "inspect \(tiny)/text_encoder_v1_1_sharded --weights"),
    Case("inspect-bare", "inspect \(tiny)/bridge.safetensors"),
  ])
  func inspect(_ snapshot: Case) throws { try snapshot.check() }

  @Test(arguments: [
    Case("convert-layouts", "convert --list-layouts"),
    Case("convert-dry-run", "convert \(tiny)/text_encoder_v1_1 -o unwritten/ --dtype f16 --dry-run"),
    Case(
      "error-convert-layout", "convert \(tiny)/text_encoder --layout facebook -o unwritten.safetensors"),
    Case("error-convert-unsayable", "convert \(tiny)/stable_audio_small --layout diffusers -o unwritten/"),
    Case("error-convert-format", "convert \(tiny)/text_encoder -o unwritten.bin"),
    Case("error-convert-several", "convert \(tiny)/diffusers -o unwritten.safetensors"),
    Case(
      "error-convert-several-laid-out",
      "convert \(tiny)/stable_audio --layout diffusers -o unwritten.safetensors"),
    Case("error-convert-bare", "convert \(tiny)/bridge.safetensors --layout diffusers -o unwritten/"),
    Case(
      "error-convert-alone",
      "convert \(tiny)/diffusers/projection_model --layout stable-audio-tools -o unwritten/"),
    Case("error-convert-nothing", "convert"),
    Case("error-convert-dtype", "convert \(tiny)/text_encoder -o unwritten/ --dtype int8"),
  ])
  func convert(_ snapshot: Case) throws { try snapshot.check() }

  @Test(arguments: [
    Case("diff-same", "diff \(tiny)/text_encoder \(tiny)/text_encoder"),
    Case("diff-rounded", "diff \(tiny)/text_encoder_v1_1 \(tiny)/text_encoder_v1_1_bf16 --weights"),
    Case("diff-bridge", "diff graphs/dit.graph graphs/dit-bridged.graph"),
    Case("diff-attributes", "diff graphs/dit.graph graphs/dit-small.graph -v"),
    Case("diff-models", "diff \(tiny)/stable_audio \(tiny)/diffusers"),
    Case("diff-layouts", "diff \(tiny)/video_encoder \(tiny)/video_encoder_facebook --weights"),
  ])
  func diff(_ snapshot: Case) throws { try snapshot.check() }

  @Test(arguments: [
    Case("error-command", "transmogrify"),
    Case("error-diff-aspect", "diff a b --weights --random"),
    Case("error-diff", "diff \(tiny)/text_encoder nowhere"),
    Case("error-recompute", "train p d -o r --recompute some"),
    Case("error-memory-limit", "train p d -o r --memory-limit 6XB"),
    Case("error-no-source", "inspect"),
    Case("error-missing", "inspect nowhere"),
    Case("error-family", "inspect \(tiny)/text_encoder --family gpt"),
    Case("error-component", "run \(tiny)/stable_audio --inputs a.npz --outputs unwritten.npz"),
    Case("error-bridge-file", "inspect \(tiny)/text_encoder --bridge \(tiny)/text_encoder/model.safetensors"),
    Case("error-bridge-source", "bridge \(tiny)/text_encoder --video-dim 8 -o unwritten.safetensors"),
    Case(
      "error-bridge-width",
      "inspect \(tiny)/stable_audio --component backbone --bridge \(references)/unet/bridge.safetensors"),
    Case(
      "error-convert-bridge", "convert \(tiny)/text_encoder --bridge \(tiny)/bridge.safetensors -o unwritten/"
    ),
    Case("error-bench-component", "bench \(tiny)/stable_audio"),
    Case("error-bench-length", "bench \(tiny)/text_encoder"),
    Case("error-bench-clip", "bench \(tiny)/text_encoder --seconds 2 --length B=1,S=4"),
    Case("error-bench-graph", "bench graphs/miniature --length B=1"),
    Case("error-bench-seconds", "bench graphs/miniature --seconds 100"),
    Case("error-bench-stage", "bench graphs/miniature --stage encoder"),
    Case("error-pass", "inspect \(tiny)/text_encoder --after fuse-everything"),
    Case("error-length", "inspect \(tiny)/text_encoder --memory --length B=1"),
    Case("error-length-text", "inspect \(tiny)/text_encoder --length B:1"),
    Case("error-bare-graph", "inspect \(tiny)/bridge.safetensors --graph"),
    Case("error-dot", "inspect \(tiny)/text_encoder --weights --format dot"),
    Case(
      "error-precision",
      "run \(tiny)/text_encoder --precision f16 --inputs a.npz --outputs unwritten.npz"),
    Case(
      "error-inputs",
      "run \(tiny)/text_encoder --inputs \(references)/transformer.safetensors --outputs unwritten.npz"
    ),
    Case(
      "error-output-folder",
      "run \(tiny)/text_encoder --inputs \(references)/text_encoder.safetensors --outputs /nowhere/out.npz"),
    Case(
      "error-output-extension",
      "run \(tiny)/text_encoder --inputs \(references)/text_encoder.safetensors --outputs out.bin"),
  ])
  func error(_ snapshot: Case) throws { try snapshot.check() }
}
