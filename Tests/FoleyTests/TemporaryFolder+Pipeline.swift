import TemporaryFolders
import Testing

extension TemporaryFolder {
  /// Assembles the tiny models to the directory `pipeline`. Returns what `foley` said.
  @discardableResult
  func assembleTiny() throws -> FoleyProcess {
    let tiny = "\(Places.fixtures)/tiny"
    let made = try foley(
      "assemble", "-o", self("pipeline"), "--backbone", "\(tiny)/stable_audio", "--text-encoder",
      "\(tiny)/text_encoder", "--tokenizer", "\(tiny)/tokenizer", "--video-encoder", "\(tiny)/video_encoder",
      "--bridge", "\(tiny)/bridge.safetensors")
    #expect(made.status == 0, "\(made)")
    return made
  }
}
