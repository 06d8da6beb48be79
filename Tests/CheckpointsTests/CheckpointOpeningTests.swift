import Checkpoints
import Glibc
import TemporaryFolders
import Tensors
import Testing

@Suite struct CheckpointOpeningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ tensors: [Name], value: Float = 1) throws {
    try Checkpoint.write(
      try tensors.map { ($0, try Tensor(floats: [value], shape: [1])) }, metadata: [("from", name)],
      to: folder(name))
  }

  private func trouble(_ path: String) -> Diagnostic? {
    #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }
  }

  @Test func joinsShards() throws {
    try write("model-1.safetensors", ["a", "b"], value: 1)
    try write("model-2.safetensors", ["c", "spare"], value: 2)
    try folder.put(
      "model.safetensors.index.json",
      #"{"metadata":{"total_size":99},"weight_map":{"c":"model-2.safetensors","a":"model-1.safetensors","b":"model-1.safetensors"}}"#
    )
    let checkpoint = try Checkpoint.open(path: folder.path)
    #expect(checkpoint.entries.map(\.name) == ["c", "spare", "a", "b"])
    #expect(try checkpoint.tensor("c").floats() == [2])
    #expect(checkpoint["a"]?.file?.path == folder("model-1.safetensors"))
    #expect(checkpoint.metadata("from") == "model-2.safetensors")
    #expect(
      checkpoint.notes == [
        "tensor \"spare\" of \(folder("model-2.safetensors")) is not in the index",
        "index says total_size 99, but the tensors take 16 bytes",
      ])
    #expect(checkpoint.byteCount == 16)
  }

  @Test(arguments: [
    (#"{"a":"../a.safetensors"}"#, "expected the name of a file beside the index"),
    (#"{"a":"/elsewhere/a.safetensors"}"#, "expected the name of a file beside the index"),
    (#"{"a":".."}"#, "expected the name of a file beside the index"),
    (#"{"a":""}"#, "expected the name of a file beside the index"),
    (#"{"a":"m.index.json"}"#, "places tensor \"a\" in the index itself"),
    (#"{"a":"gone.safetensors"}"#, "gone.safetensors cannot be opened"),
    (#"{"x":"one.safetensors"}"#, "places tensor \"x\" in one.safetensors, but that holds no such tensor"),
    (#"{"a":"one.safetensors","b":"two.safetensors"}"#, "tensor \"a\" is in two shards"),
    (#"{"a":"one.safetensors","a":"one.safetensors"}"#, "key \"a\" comes twice"),
    (#"{"a":1}"#, "weight_map.a is the integer 1; expected a string"),
    (#"{"a":"other.index.json"}"#, "other.index.json is a JSON text, not a safetensors file"),
    ("[]", "weight_map is an array of 0; expected an object"),
  ])
  func refusesIndex(map: String, words: String) throws {
    try write("one.safetensors", ["a"])
    try write("two.safetensors", ["a", "b"])
    try folder.put("other.index.json", #"{"weight_map":{}}"#)
    let path = try folder.put("m.index.json", "{\"weight_map\":\(map)}")
    #expect(trouble(path)?.description.contains(words) == true, "\(trouble(path)?.description ?? "")")
  }

  @Test func namesThePointerInPlaceOfAnIndex() throws {
    let path = try folder.put("m.index.json", "version https://git-lfs.github.com/spec/v1\n")
    #expect(trouble(path)?.message.text == "\(path) is a Git LFS pointer, not a JSON file")
    #expect(trouble(path)?.help?.contains("git lfs pull") == true)
    let broken = try folder.put("n.index.json", "{")
    #expect(trouble(broken)?.message.text.hasPrefix("JSON text ends") == true)
  }

  @Test func findsTheUsualNames() throws {
    try write("x.safetensors", ["x"])
    #expect(try Checkpoint.open(path: folder.path + "/").entries.map(\.name) == ["x"])
    try write("y.safetensors", ["y"])
    #expect(trouble(folder.path)?.message.text.contains("holds 2 .safetensors files") == true)
    try write("diffusion_pytorch_model.safetensors", ["d"])
    #expect(try Checkpoint.open(path: folder.path).entries.map(\.name) == ["d"])
    try write("model.safetensors", ["m"])
    #expect(try Checkpoint.open(path: folder.path).entries.map(\.name) == ["m"])
  }

  @Test func refusesWhatIsNoFile() throws {
    try folder.put("pytorch_model.bin", "pickle")
    #expect(trouble(folder.path)?.description.contains("\"pytorch_model.bin\", a pickle") == true)
    mkfifo(folder("pipe.safetensors"), 0o600)
    #expect(trouble(folder("pipe.safetensors"))?.message.text.contains("is not a regular file") == true)
    #expect(trouble("/dev/zero")?.message.text.contains("is not a regular file") == true)
    symlink("loop", folder("loop"))
    #expect(trouble(folder("loop"))?.message.text.contains("symbolic links") == true)
    #expect(trouble(folder("none"))?.kind == .noInput)
    #expect(trouble("")?.kind == .noInput)
  }

  @Test func stripsPrefixes() throws {
    try write("m.safetensors", ["model.model.a", "model.model.b.w", "model.c", "modelmodel"])
    let checkpoint = try Checkpoint.open(path: folder("m.safetensors"))
    let inner = checkpoint.strippingPrefix("model.").strippingPrefix("model.")
    #expect(inner.entries.map(\.name) == ["a", "b.w"])
    #expect(inner["b.w"] != nil && inner["model.c"] == nil)
    let error = #expect(throws: Diagnostic.self) { try inner.tensor("z") }
    #expect(error?.message.text == "checkpoint holds no tensor \"model.model.z\"")
    #expect(checkpoint.strippingPrefix("e").entries.isEmpty)
    #expect(checkpoint.filtered { $0.name < "model.d" }.entries.map(\.name) == ["model.c"])
  }

  @Test func countsWhatIsNotFinite() throws {
    let values: [Double] = [1, .nan, .infinity, -.infinity, 0, -.nan, 6e4]
    for element in [DType.f16, .bf16, .f32, .f64] {
      let tensor = try Tensor(reals: values, as: TensorType(element, shape: [7]))
      #expect(tensor.nonFinite() == NonFinite(nan: 2, infinite: 2), "\(element)")
    }
    let small: [(DType, NonFinite)] = [
      (.f8e4m3, NonFinite(nan: 2)), (.f8e5m2, NonFinite(nan: 6, infinite: 2)), (.f8e8m0, NonFinite(nan: 1)),
      (.f8e4m3fnuz, NonFinite(nan: 1)), (.f8e5m2fnuz, NonFinite(nan: 1)), (.u8, NonFinite()),
    ]
    for (element, count) in small {
      let tensor = try Tensor(TensorType(element, shape: [256]), bytes: Array(0...255))
      #expect(tensor.nonFinite() == count, "\(element)")
    }
    var many = [Float](repeating: 1, count: 1000)
    for index in stride(from: 0, to: 1000, by: 2) { many[index] = .nan }
    try Checkpoint.write(
      [("many", try Tensor(floats: many, shape: [1000])), ("good", try Tensor(floats: [1], shape: [1]))],
      to: folder("n.safetensors"))
    let found = try Checkpoint.open(path: folder("n.safetensors")).nonFinite()
    #expect(found.map(\.name) == ["many"] && found.map(\.count) == [NonFinite(nan: 500)])
  }
}
