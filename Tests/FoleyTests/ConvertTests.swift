import Checkpoints
import Foundation
import ONNX
import Operators
import TemporaryFolders
import Tensors
import Testing

@Suite struct ConvertTests {
  static let tiny = "\(Places.fixtures)/tiny"

  private func tensors(_ path: String) throws -> Checkpoint {
    try Checkpoint.open(path: path.hasPrefix("/") ? path : Places.package.path + "/" + path)
  }

  private func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withBytes { Array($0) } }

  struct Way: CustomTestStringConvertible, Sendable {
    let source: String
    var family: String?
    let there: String
    let back: String
    /// Folders of the source that hold checkpoints, and of the result behind the way back.
    var places = ["": ""]
    /// What stands before the names in the source only.
    var prefix = ""
    var testDescription: String { "\(source) \(family ?? "") to \(there) and back" }
  }

  /// The other layout gives the same results, and the way back the same bytes.
  @Test(arguments: [
    Way(source: "stable_audio", there: "diffusers", back: "stable-audio-tools"),
    Way(
      source: "stable_audio", family: "stable-audio-dit", there: "diffusers", back: "stable-audio-tools"),
    Way(
      source: "stable_audio", family: "oobleck", there: "diffusers", back: "stable-audio-tools",
      prefix: "pretransform.model."),
    Way(
      source: "diffusers", there: "stable-audio-tools", back: "diffusers",
      places: [
        "/transformer": "/transformer", "/vae": "/vae", "/projection_model": "/projection_model",
      ]),
    Way(source: "diffusers/transformer", there: "stable-audio-tools", back: "diffusers"),
    Way(source: "diffusers/vae", there: "stable-audio-tools", back: "diffusers"),
    Way(source: "video_encoder", there: "facebook", back: "transformers"),
    Way(
      source: "video_encoder_facebook", there: "transformers", back: "facebook",
      prefix: "module.backbone."),
  ])
  func layoutsThereAndBack(_ way: Way) throws {
    let folder = try TemporaryFolder()
    let choice = way.family.map { ["--family", $0] } ?? []
    for (source, target, layout) in [
      ("\(Self.tiny)/\(way.source)", folder("there"), way.there), (folder("there"), folder("back"), way.back),
    ] {
      let seen = try FoleyProcess(
        ["convert", source, "-o", target + "/", "--layout", layout, "--verify"] + choice)
      #expect(seen.status == 0, "\(seen.errors)")
      #expect(seen.output.contains("largest error 0.0,"), "\(seen.output)")
    }
    for (place, other) in way.places {
      let source = try tensors("\(Self.tiny)/\(way.source)\(place)")
      let result = try tensors(folder("back") + other)
      for entry in result.entries {
        let tensor = try source.tensor(Name(way.prefix + entry.name.text))
        #expect(try entry.type == tensor.type && bytes(entry.tensor) == bytes(tensor), "\(entry.name)")
      }
      if way.family == nil, way.source.hasPrefix("stable") || way.source.hasPrefix("diffusers") {
        #expect(result.entries.count == source.entries.count)
      }
    }
  }

  /// Kernels as newer PyTorch spells them become what upstream's classes load.
  @Test func parametrizedKernelsAreSpelledClassically() throws {
    let folder = try TemporaryFolder()
    let small = "\(Self.tiny)/stable_audio_small"
    let seen = try foley(
      "convert", "\(small)/vae_parametrized.safetensors", "--config", "\(small)/model_config.json",
      "--family",
      "oobleck", "--layout", "stable-audio-tools", "-o", folder("vae") + "/", "--verify")
    #expect(seen.status == 0 && seen.output.contains("largest error 0.0,"), "\(seen)")
    let names = try tensors(folder("vae")).entries.map(\.name.text)
    #expect(
      names.contains { $0.hasSuffix("weight_g") } && !names.contains { $0.contains("parametrizations") })
  }

  @Test func halvesAreReported() throws {
    let folder = try TemporaryFolder()
    let values: [Float] = [1, 70000, -1e30, 1e-9, 3e-6, 0.1, .infinity, 0]
    let calm = try Tensor(floats: [1, 2, 0.5], shape: [3])
    let counts = try Tensor(integers: [1 << 40, -3], as: TensorType(.i64, shape: [2]))
    let source: [(name: Name, tensor: Tensor)] = [
      ("calm", calm), ("wild", try Tensor(floats: values, shape: [2, 4])), ("counts", counts),
    ]
    try Checkpoint.write(source, to: folder("in.safetensors"))
    let seen = try foley(
      "convert", folder("in.safetensors"), "-o", folder("out.safetensors"), "--dtype", "f16", "--format",
      "json")
    #expect(seen.status == 0, "\(seen.errors)")
    let json = JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output")
    let loss = try #require(try json.array("losses").first)
    #expect(try loss.string("name") == "wild")
    #expect(try json.array("losses").count == 1)
    #expect(try loss.integer("overflowed") == 2 && loss.real("largest_overflow") == Double(Float(1e30)))
    #expect(try loss.integer("vanished") == 1 && loss.real("largest_vanished") == Double(Float(1e-9)))
    #expect(try loss.integer("subnormal") == 1)
    #expect(try json.integer("cast", "tensors") == 2 && json.integer("cast", "changed") == 1)

    let result = try tensors(folder("out.safetensors"))
    let halves = values.map { Double(Float16($0)) }
    #expect(try result.tensor("wild").reals() == halves && result.tensor("wild").type.element == .f16)
    #expect(
      try bytes(result.tensor("counts")) == bytes(counts) && result.tensor("counts").type.element == .i64)
    let failing = try foley(
      "convert", folder("in.safetensors"), "-o", folder("bad.safetensors"), "--dtype", "f16", "--verify")
    #expect(failing.status == 65 && failing.errors.contains("further from the source than rounding explains"))
    let exact = try foley(
      "convert", folder("out.safetensors"), "-o", folder("wide.safetensors"), "--dtype", "f32", "--verify")
    #expect(exact.status == 0 && exact.output.contains("2 tensors cast, no value changed"), "\(exact)")
  }

  @Test func whatIsWrittenSaysWhereItIsFrom() throws {
    let folder = try TemporaryFolder()
    try folder.put("README.md", "---\nlicense: other\nlicense_name: stable-ai-community\n---\n")
    try Checkpoint.write([("x", try Tensor(floats: [1], shape: [1]))], to: folder("in.safetensors"))
    #expect(try foley("convert", folder("in.safetensors"), "-o", folder("a.safetensors")).status == 0)
    #expect(try foley("convert", folder("a.safetensors"), "-o", folder("b.safetensors")).status == 0)
    let written = try tensors(folder("b.safetensors"))
    #expect(written.metadata("license") == "other (stable-ai-community)")
    #expect(written.metadata("foley.tool")?.hasPrefix("foley ") == true)
    let sources = try #require(written.metadata("foley.sources"))
    let json = JSON.Cursor(try JSON(parsing: Array(sources.utf8)), file: "metadata")
    let (first, origin) = (try json.array()[0], try json.array()[0].array("made_from")[0])
    #expect(try first.string("file") == "a.safetensors" && origin.string("file") == "in.safetensors")
    #expect(try first.string("sha256") == FileDigest.sha256(of: folder("a.safetensors")))
    #expect(try origin.string("sha256") == FileDigest.sha256(of: folder("in.safetensors")))
    let without = try foley("convert", folder("in.safetensors"), "-o", folder("c.safetensors"), "--no-hash")
    #expect(without.status == 0)
    #expect(try tensors(folder("c.safetensors")).metadata("foley.sources") == #"[{"file":"in.safetensors"}]"#)
  }

  @Test func directoriesAreSplitAndKeepTheirFiles() throws {
    let folder = try TemporaryFolder()
    let seen = try foley(
      "convert", "\(Self.tiny)/text_encoder", "-o", folder("t5") + "/", "--shard-size", "100KB", "--verify")
    #expect(seen.status == 0 && seen.output.contains("largest error 0.0,"), "\(seen)")
    let (source, result) = (try tensors("\(Self.tiny)/text_encoder"), try tensors(folder("t5")))
    #expect(Set(result.entries.compactMap(\.file?.path)).count == 3)
    #expect(result.notes.isEmpty)
    #expect(Set(result.entries.map(\.name)) == Set(source.entries.map(\.name)))
    let half = try foley("convert", folder("t5"), "-o", folder("half") + "/", "--dtype", "bf16")
    #expect(half.status == 0)
    #expect(try JSON.load(path: folder("half") + "/config.json").string("dtype") == "bfloat16")
  }

  @Test func graphsHaveTheirWeightsBeside() throws {
    let folder = try TemporaryFolder()
    let seen = try foley(
      "convert", "\(Self.tiny)/stable_audio", "--component", "backbone", "-o", folder("dit.graph"), "--verify"
    )
    #expect(seen.status == 0 && seen.output.contains("largest error 0.0,"), "\(seen)")
    #expect(folder.names == ["dit.graph", "dit.graph.safetensors"])
    let again = try foley(
      "convert", folder("dit.graph"), "--weights", folder("dit.graph.safetensors"), "-o", folder("b.graph"),
      "--dtype", "f16", "--verify")
    #expect(again.status == 0, "\(again)")
    #expect(try folder.bytes("b.graph") == folder.bytes("dit.graph"))
  }

  @Test func graphsHaveNoWeightsOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    #expect(try foley("convert", "\(Self.tiny)/text_encoder", "-o", folder("t.graph")).status == 0)
    let bare = try foley("convert", folder("t.graph"), "-o", folder("t.safetensors"))
    #expect(bare.status == 64 && bare.errors.contains("is a graph without weights"), "\(bare)")
    let given = try foley(
      "convert", folder("t.graph"), "--weights", folder("t.graph.safetensors"), "-o", folder("t.safetensors"))
    #expect(given.status == 0, "\(given)")
    #expect(try tensors(folder("t.safetensors")).entries.count == 19)
  }

  /// What TensorFlow keeps transposed and under other names lies as PyTorch has it.
  @Test func tensorFlowBecomesPyTorch() throws {
    let folder = try TemporaryFolder()
    let seen = try foley(
      "convert", "\(Self.tiny)/text_encoder_tf", "--layout", "transformers", "-o", folder("t5") + "/",
      "--verify")
    #expect(seen.status == 0 && seen.output.contains("largest error 0.0,"), "\(seen)")
    let source = try tensors("\(Self.tiny)/text_encoder")
    for entry in try tensors(folder("t5")).entries {
      #expect(try bytes(entry.tensor) == bytes(source.tensor(entry.name)), "\(entry.name)")
    }
  }

  /// The way there gives the variables that transformers keeps in TensorFlow, and the way back the same bytes.
  @Test(arguments: ["text_encoder", "text_encoder_v1_1"]) func pyTorchBecomesTensorFlow(_ name: String) throws
  {
    let folder = try TemporaryFolder()
    for arguments in [["-o", folder("tf_model.h5")], ["-o", folder("tf") + "/", "--layout", "tensorflow"]] {
      let seen = try FoleyProcess(["convert", "\(Self.tiny)/\(name)", "--verify"] + arguments)
      #expect(seen.status == 0 && seen.output.contains("largest error 0.0,"), "\(seen)")
    }
    let (source, result) = (try tensors("\(Self.tiny)/\(name)"), try tensors(folder("tf")))
    let one = try tensors(folder("tf_model.h5"))
    #expect(one.entries.map(\.name) == result.entries.map(\.name))
    if name == "text_encoder" {
      let upstream = try tensors("\(Self.tiny)/text_encoder_tf")
      #expect(Set(result.entries.map(\.name)) == Set(upstream.entries.map(\.name)))
      for entry in upstream.entries { #expect(try bytes(entry.tensor) == bytes(result.tensor(entry.name))) }
    }
    let back = try foley("convert", folder("tf"), "--layout", "transformers", "-o", folder("back") + "/")
    #expect(back.status == 0, "\(back)")
    let again = try tensors(folder("back"))
    #expect(Set(again.entries.map(\.name)) == Set(source.entries.map(\.name)))
    for entry in source.entries { #expect(try bytes(entry.tensor) == bytes(again.tensor(entry.name))) }
  }

  @Test(arguments: [
    (["-o", "t5.safetensors"], "is one of .h5 files"), (["-o", "t5/", "--shard-size", "1MB"], "as one file"),
  ]) func tensorFlowIsOneFile(_ given: ([String], String)) throws {
    let seen = try FoleyProcess(
      ["convert", "\(Self.tiny)/text_encoder", "--layout", "tensorflow", "--dry-run"] + given.0)
    #expect(seen.status == 64 && seen.errors.contains(given.1), "\(seen)")
  }

  /// Weights are stored rounded and computed with in f32: what a rounded checkpoint gives, and the same report.
  @Test(arguments: ["f16", "bf16"]) func modelsAreStoredNarrow(_ element: String) throws {
    let folder = try TemporaryFolder()
    let source = ["convert", "\(Self.tiny)/stable_audio", "--component", "backbone", "--dtype", element]
    let wide = try FoleyProcess(source.dropLast(2) + ["-o", folder("wide.onnx")])
    #expect(wide.status == 0, "\(wide)")
    let narrow = try FoleyProcess(source + ["-o", folder("narrow.onnx"), "--verify"])
    #expect(
      narrow.status == 0 && narrow.output.contains("43 tensors cast, values rounded in 43"), "\(narrow)")
    let again = try foley(
      "convert", folder("wide.onnx"), "-o", folder("again.onnx"), "--dtype", element, "--format", "json")
    let weights = try FoleyProcess(source + ["-o", folder("dit.safetensors"), "--format", "json"])
    let losses = try [again, weights].map { seen in
      try JSON.Cursor(try JSON(parsing: Array(seen.output.utf8)), file: "output").array("losses").map(\.value)
    }
    let found = Set(losses[0].map { $0.printed() })
    #expect(found == Set(losses[1].map { $0.printed().replacing("model.model.", with: "") }))
    #expect(losses[0].isEmpty == (element == "bf16"))
    let rounded = try tensors(folder("dit.safetensors"))
    let model = try ModelProto.read(path: folder("narrow.onnx"))
    #expect(model.graph.initializers.count == 43)
    for initializer in model.graph.initializers {
      guard case .tensor(let tensor) = initializer.contents else { continue }
      let same = try #require(rounded.entries.first { $0.name.text.hasSuffix(".\(initializer.name)") })
      #expect(try tensor.type == same.type && bytes(tensor) == bytes(same.tensor), "\(initializer.name)")
    }
    let digest = try FileDigest.sha256(of: "\(Self.tiny)/stable_audio/model.safetensors")
    let origin = model.metadata.first { $0.key == "foley.sources" }?.value ?? ""
    #expect(origin.contains(digest) && !model.metadata.contains { $0.key == "format" })
  }

  @Test func archivesHoldTheSame() throws {
    let folder = try TemporaryFolder()
    let seen = try foley("convert", "\(Self.tiny)/text_encoder", "-o", folder("t5.npz"), "--verify")
    #expect(seen.status == 0, "\(seen)")
    let (source, result) = (try tensors("\(Self.tiny)/text_encoder"), try tensors(folder("t5.npz")))
    for entry in source.entries {
      #expect(try bytes(result.tensor(entry.name)) == bytes(entry.tensor))
    }
  }

  @Test func nothingIsWrittenForADryRun() throws {
    let folder = try TemporaryFolder()
    let seen = try foley(
      "convert", "\(Self.tiny)/stable_audio", "--layout", "diffusers", "-o", folder("new") + "/", "--dry-run")
    #expect(seen.status == 0 && seen.output.contains("would write \(folder("new"))/vae/config.json"))
    #expect(seen.output.contains("transformer_blocks.1.attn2.to_k.weight "))
    #expect(folder.names.isEmpty)
  }

  /// A source is never written over, by whatever name it is called.
  @Test func sourcesAreLeftAlone() throws {
    let folder = try TemporaryFolder()
    try Checkpoint.write([("x", try Tensor(floats: [0.1], shape: [1]))], to: folder("in.safetensors"))
    let before = try folder.bytes("in.safetensors")
    try FileManager.default.linkItem(atPath: folder("in.safetensors"), toPath: folder("link.safetensors"))
    for name in ["in.safetensors", "link.safetensors"] {
      let seen = try foley("convert", folder("in.safetensors"), "-o", folder(name), "--dtype", "f16")
      #expect(seen.status == 64 && seen.errors.contains("would be overwritten"), "\(seen)")
    }
    #expect(try folder.bytes("in.safetensors") == before)
  }

  @Test func aFullDiskLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let script = "ulimit -f 64; exec \"$0\" convert \(Self.tiny)/stable_audio --layout diffusers -o \"$1\""
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script, Places.executable.path, folder("new") + "/"]
    process.currentDirectoryURL = Places.package
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 74, "\(text)")
    #expect(text.contains("make room"))
    #expect(folder.names.isEmpty)
  }

  /// A signal in the midst of the work ends it with status 130 and leaves nothing behind.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheWork(_ signal: Int32) throws {
    let folder = try TemporaryFolder()
    let type = TensorType(.f32, shape: [1 << 26])
    var writer = try SafetensorsWriter(to: folder("big.safetensors"), declaring: [("x", type)])
    let zeros = [UInt8](repeating: 0, count: 1 << 24)
    for _ in 0..<16 { try zeros.withUnsafeBytes { try writer.write($0, to: "x") } }
    try writer.commit()
    let running = try FoleyProcess.Running(
      ["convert", folder("big.safetensors"), "-o", folder("out.safetensors"), "--dtype", "f16"])
    while folder.names.count < 2, running.process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    kill(running.process.processIdentifier, signal)
    let seen = try running.finish()
    #expect(seen.status == 130 && seen.errors.contains("interrupted; nothing was written"), "\(seen)")
    #expect(folder.names == ["big.safetensors"])
  }
}
