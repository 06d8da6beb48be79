import Checkpoints
import Foundation
import TemporaryFolders
import Tensors
import Testing

/// The road of a U-Net's export to a denoiser that follows a video.
@Suite struct BridgeTests {
  static let unet = "\(Places.fixtures)/onnx/unet/dyn18.onnx"
  static let references = "\(Places.fixtures)/references/unet"

  private func result(_ path: String) throws -> [Double] {
    try Checkpoint.open(path: path).tensor("out_sample").reals()
  }

  /// What `foley run` makes of the model with a bridge and of the inputs of a file.
  private func run(_ source: String, _ bridge: String?, _ inputs: String, in folder: TemporaryFolder) throws
    -> [Double]
  {
    let out = folder("out.safetensors")
    let options = bridge.map { ["--bridge", $0] } ?? []
    let seen = try FoleyProcess(["run", source, "--inputs", inputs, "--outputs", out] + options)
    #expect(seen.status == 0, "\(seen.errors)")
    return try result(out)
  }

  private func error(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    let scale = b.reduce(0) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  @Test(arguments: ["io", "io_other"]) func runsAsPyTorch(file: String) throws {
    let folder = try TemporaryFolder()
    let inputs = Places.package.path + "/\(Self.references)/\(file).safetensors"
    let seen = try run(Self.unet, "\(Self.references)/bridge.safetensors", inputs, in: folder)
    #expect(error(seen, try result(inputs)) < 2e-5)
  }

  @Test func aFreshOneAddsNothing() throws {
    let folder = try TemporaryFolder()
    let made = try foley("bridge", Self.unet, "--video-dim", "6", "-o", folder("fresh.safetensors"))
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.hasSuffix("4 sites, 1,444 parameters\n"))
    let inputs = Places.package.path + "/\(Self.references)/io.safetensors"
    let bridged = try run(Self.unet, folder("fresh.safetensors"), inputs, in: folder)
    #expect(error(bridged, try run(Self.unet, nil, inputs, in: folder)) < 1e-5)
    // The same graph with the sound of the bridge turned off: not one bit differs.
    let trained = "\(Self.references)/bridge.safetensors"
    var tensors = try Checkpoint.open(path: inputs).entries.map { ($0.name, try $0.tensor) }
    let place = try #require(tensors.firstIndex { $0.0 == "video_scale" })
    tensors[place].1 = try Tensor(reals: [0], as: TensorType(.f32, []))
    try Checkpoint.write(tensors, to: folder("silent.safetensors"))
    #expect(try run(Self.unet, trained, folder("silent.safetensors"), in: folder) == bridged)
  }

  @Test func goesOutAsONNX() throws {
    let folder = try TemporaryFolder()
    let converted = try foley(
      "convert", Self.unet, "--bridge", "\(Self.references)/bridge.safetensors", "--opset", "18", "-o",
      folder("bridged.onnx"))
    #expect(converted.status == 0, "\(converted.errors)")
    let inputs = Places.package.path + "/\(Self.references)/io_other.safetensors"
    let seen = try run(folder("bridged.onnx"), nil, inputs, in: folder)
    #expect(error(seen, try result(inputs)) < 2e-5)
  }

  @Test func isSeenInTheGraph() throws {
    let bridge = "\(Self.references)/bridge.safetensors"
    let seen = try foley("inspect", Self.unet, "--bridge", bridge, "--graph", "--unfolded")
    #expect(seen.status == 0, "\(seen.errors)")
    #expect(seen.output.components(separatedBy: ".video_attention.sum = add(").count == 5)
    #expect(seen.output.contains("%sample: f32[batch, 4, 2*height_by_2, 2*width_by_2]"))
  }
}
