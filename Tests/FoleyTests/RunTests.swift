import Checkpoints
import Foundation
import Operators
import TemporaryFolders
import Tensors
import Testing

@Suite struct RunTests {
  static let tiny = "\(Places.fixtures)/tiny"
  static let references = "\(Places.fixtures)/references"

  struct Upstream: CustomTestStringConvertible, Sendable {
    let source: String
    let component: String
    let reference: String
    var testDescription: String { "\(source) \(component)" }
  }

  private func tensors(_ path: String) throws -> Checkpoint {
    try Checkpoint.open(path: path.hasPrefix("/") ? path : Places.package.path + "/" + path)
  }

  /// max |a-b| / max |b|
  private func error(_ a: Tensor, _ b: Tensor) throws -> Double {
    let (a, b) = (try a.reals(), try b.reals())
    #expect(a.count == b.count)
    let scale = b.reduce(0) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  @Test(arguments: [
    Upstream(source: "stable_audio", component: "backbone", reference: "transformer"),
    Upstream(source: "stable_audio_small", component: "backbone", reference: "transformer_small"),
    Upstream(source: "diffusers", component: "decoder", reference: "autoencoder"),
    Upstream(source: "text_encoder", component: "text_encoder", reference: "text_encoder"),
    Upstream(source: "text_encoder_v1_1", component: "text_encoder", reference: "text_encoder_v1_1"),
    Upstream(source: "video_encoder", component: "video_encoder", reference: "video_encoder"),
  ])
  func equalsUpstream(_ model: Upstream) throws {
    let folder = try TemporaryFolder()
    let reference = "\(Self.references)/\(model.reference).safetensors"
    for output in ["out.safetensors", "out.npz"] {
      let seen = try foley(
        "run", "\(Self.tiny)/\(model.source)", "--component", model.component, "--inputs", reference,
        "--outputs",
        folder(output))
      #expect(seen.status == 0, "\(seen.errors)")
      let (results, expected) = (try tensors(folder(output)), try tensors(reference))
      for entry in results.entries {
        #expect(try error(entry.tensor, expected.tensor(entry.name)) < 2e-5)
      }
    }
  }

  @Test func referenceEvaluatorAgrees() throws {
    let folder = try TemporaryFolder()
    let reference = "\(Self.references)/text_encoder_v1_1.safetensors"
    let seen = try foley(
      "run", "\(Self.tiny)/text_encoder_v1_1", "--inputs", reference, "--outputs", folder("o.npz"),
      "--reference")
    #expect(seen.status == 0, "\(seen.errors)")
    let result = try tensors(folder("o.npz")).tensor("last_hidden_state")
    #expect(try error(result, tensors(reference).tensor("last_hidden_state")) < 2e-5)
  }

  @Test func graphTextWithWeights() throws {
    let folder = try TemporaryFolder()
    let text = try foley("inspect", "\(Self.tiny)/text_encoder", "--graph", "--unfolded").output
    let graph = try folder.put("t5.graph", text)
    let reference = "\(Self.references)/text_encoder.safetensors"
    let weights = "\(Self.tiny)/text_encoder/model.safetensors"
    let seen = try foley(
      "run", graph, "--weights", weights, "--inputs", reference, "--outputs", folder("o.safetensors"),
      "--format",
      "json", "--profile")
    #expect(seen.status == 0, "\(seen.errors)")
    let json = JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output")
    #expect(try json.array("outputs")[0].string("name") == "last_hidden_state")
    #expect(try json.array("profile").contains { try $0.string("op").hasSuffix("linear") })
    let result = try tensors(folder("o.safetensors")).tensor("last_hidden_state")
    #expect(try error(result, tensors(reference).tensor("last_hidden_state")) < 2e-5)

    let without = try foley("run", graph, "--inputs", reference, "--outputs", folder("p.npz"))
    #expect(without.status == 64 && without.errors.contains("--weights"))
    let both = try foley(
      "run", "\(Self.tiny)/text_encoder", "--weights", weights, "--inputs", reference, "--outputs",
      folder("p.npz"))
    #expect(both.status == 64)
    #expect(folder.names == ["o.safetensors", "t5.graph"])
  }

  @Test func integersOfAnotherWidthAreTakenWithANote() throws {
    let folder = try TemporaryFolder()
    let reference = try tensors("\(Self.references)/text_encoder.safetensors")
    let inputs = try ["input_ids", "attention_mask"].map { name -> (name: Name, tensor: Tensor) in
      let tensor = try reference.tensor(Name(name))
      return (Name(name), try #require(tensor.exactly(as: .i32)))
    }
    try Checkpoint.write(inputs, to: folder("in.npz"))
    let seen = try foley(
      "run", "\(Self.tiny)/text_encoder", "--inputs", folder("in.npz"), "--outputs", folder("out.npz"))
    #expect(seen.status == 0 && seen.errors.contains("input input_ids is converted from i32 to i64"))
    let result = try tensors(folder("out.npz")).tensor("last_hidden_state")
    #expect(try error(result, reference.tensor("last_hidden_state")) < 2e-5)
  }

  static let ratio = """
    graph @ratio(%a: f32[N], %b: f32[N]) {
      %y = divide(%a, %b) : f32[N]
      return %y
    }

    """

  @Test func theFirstNodeThatIsNotFiniteIsNamed() throws {
    let folder = try TemporaryFolder()
    let graph = try folder.put("ratio.graph", Self.ratio)
    let a = try Tensor(floats: [1, 0], shape: [2])
    try Checkpoint.write([("a", a), ("b", a)], to: folder("in.npz"))
    let plain = try foley("run", graph, "--inputs", folder("in.npz"), "--outputs", folder("out.npz"))
    #expect(plain.status == 0)
    #expect(try tensors(folder("out.npz")).tensor("y").reals()[1].isNaN)
    let checked = try foley(
      "run", graph, "--inputs", folder("in.npz"), "--outputs", folder("new.npz"), "--check-finite")
    #expect(checked.status == 65 && checked.errors.contains("at %y = divide(%a, %b) in @ratio"))
    #expect(folder.names == ["in.npz", "out.npz", "ratio.graph"])
  }

  @Test func valuesThatWouldChangeAreRefused() throws {
    let folder = try TemporaryFolder()
    let graph = try folder.put("ratio.graph", Self.ratio)
    let b = try Tensor(floats: [1, 2], shape: [2])
    let exact = try Tensor(reals: [0.5, 2], as: TensorType(.f64, shape: [2]))
    try Checkpoint.write([("a", exact), ("b", b)], to: folder("in.npz"))
    #expect(try foley("run", graph, "--inputs", folder("in.npz"), "--outputs", folder("out.npz")).status == 0)
    let inexact = try Tensor(reals: [0.1, 2], as: TensorType(.f64, shape: [2]))
    try Checkpoint.write([("a", inexact), ("b", b)], to: folder("in.npz"))
    let seen = try foley("run", graph, "--inputs", folder("in.npz"), "--outputs", folder("out.npz"))
    #expect(seen.status == 65 && seen.errors.contains("a is f64[2]") && seen.errors.contains("a: f32[N]"))
  }

  /// A signal ends the work with status 130 and leaves nothing behind; one that is ignored stays ignored.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheWork(_ signal: Int32) throws {
    let folder = try TemporaryFolder()
    let lines = (0..<1000).map {
      "  %y\($0) = matmul(%\($0 == 0 ? "x" : "y\($0 - 1)"), %x) : f32[768, 768]\n"
    }
    let graph = try folder.put(
      "long.graph", "graph @long(%x: f32[768, 768]) {\n" + lines.joined() + "  return %y999\n}\n")
    let x = try Tensor(floats: Array(repeating: 0, count: 768 * 768), shape: [768, 768])
    try Checkpoint.write([("x", x)], to: folder("in.safetensors"))
    let running = try FoleyProcess.Running(
      ["run", graph, "--inputs", folder("in.safetensors"), "--outputs", folder("out.npz"), "--threads", "1"])
    Thread.sleep(forTimeInterval: 1.5)
    #expect(running.process.isRunning)
    kill(running.process.processIdentifier, signal)
    let seen = try running.finish()
    #expect(seen.status == 130 && seen.errors.contains("interrupted"), "\(seen)")
    #expect(folder.names == ["in.safetensors", "long.graph"])
  }
}
