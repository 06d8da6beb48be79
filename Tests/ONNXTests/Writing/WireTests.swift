import Foundation
import ONNX
import Tensors
import TemporaryFolders
import Testing

/// The bytes of models.
@Suite struct WireTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder(name))))
  }

  private static func small() throws -> ModelProto {
    var gemm = NodeProto()
    (gemm.name, gemm.operatorName) = ("/a/Gemm", "Gemm")
    (gemm.inputs, gemm.outputs) = (["x", "w", ""], ["y"])
    gemm.attributes = [
      AttributeProto("alpha", .float(0.5)), AttributeProto("axes", .integers([1, -2])),
      AttributeProto("floats", .floats([1.5])), AttributeProto("note", .string(Array("é".utf8))),
      AttributeProto("transB", .integer(1)),
    ]
    var constant = NodeProto()
    (constant.operatorName, constant.outputs) = ("Constant", ["k"])
    let number = try Tensor(integers: [300], as: TensorType(.i64, []))
    constant.attributes = [AttributeProto("value", .tensor(TensorProto("", number)))]
    var model = ModelProto()
    (model.irVersion, model.producerName, model.opsets) = (9, "foley", ["": 20])
    model.metadata = [StringEntry(key: "source", value: "here")]
    (model.graph.name, model.graph.nodes) = ("g", [gemm, constant])
    model.graph.inputs = [ValueInfoProto("x", .tensor(.float, [.named("B+1"), .fixed(2)]))]
    model.graph.outputs = [ValueInfoProto("y", .tensor(.float, [.fixed(3), .unknown]))]
    model.graph.initializers = [TensorProto("w", try Tensor(floats: [1, 2], shape: [1, 2]))]
    return model
  }

  /// `SerializeToString` of the same model in the ONNX project's Python package, 1.23.
  private static let expected = """
    08091205666f6c65793ae1010a730a01780a01770a001201791a072f612f47656d6d220447656d6d2a0f0a05616c7068
    61150000003fa001012a160a0461786573400140feffffffffffffffff01a001072a100a06666c6f6174733d0000c03f
    a001062a0d0a046e6f74652202c3a9a001032a0d0a067472616e73421801a001020a2712016b2208436f6e7374616e74
    2a180a0576616c75652a0c10074a082c01000000000000a001041201672a130801080210014201774a080000803f0000
    00405a160a017812110a0f0801120b0a051203422b310a02080262110a0179120c0a0a080112060a0208030a0042040a
    001014720e0a06736f75726365120468657265
    """

  @Test("a model is the bytes that protobuf's own serializer writes")
  func golden() throws {
    try Self.small().write(to: folder("m.onnx"))
    let hex = try bytes("m.onnx").map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(hex == Self.expected.filter { !$0.isWhitespace })
  }

  private func large(_ start: Float) throws -> ModelProto {
    var model = try Self.small()
    model.graph.nodes[0].attributes = []
    let numbers = (0..<3000).map { start + Float($0) }
    model.graph.initializers += [
      TensorProto("first", try Tensor(floats: numbers, shape: [3, 1000])),
      TensorProto("second", try Tensor(floats: numbers, shape: [3000])),
    ]
    return model
  }

  @Test("large tensors lie beside the model at multiples of a page, and are read back mapped")
  func external() throws {
    try large(0).write(to: folder("m.onnx"), externalAbove: 1000)
    let model = try ModelProto.read(path: folder("m.onnx"))
    let tensors = model.graph.initializers.compactMap { proto -> Tensor? in
      guard case .tensor(let tensor) = proto.contents else { return nil }
      return tensor
    }
    #expect(model.graph.initializers.map(\.name) == ["w", "first", "second"])
    #expect(tensors.map { $0.mapping?.range.lowerBound }.dropFirst() == [0, 12288])
    #expect(tensors[1].mapping?.file.path.hasSuffix("m.onnx.data") == true)
    #expect(try tensors[2].floats().last == 2999)
    #expect(try bytes("m.onnx.data").count == 12288 + 12000)
    #expect(try bytes("m.onnx").count < 1000)
  }

  @Test("equal models are equal bytes, and a new pair of files takes the place of an old one")
  func replacing() throws {
    try large(0).write(to: folder("a.onnx"), externalAbove: 1000)
    try large(7).write(to: folder("b.onnx"), externalAbove: 1000)
    let old = try bytes("a.onnx.data")
    try large(7).write(to: folder("a.onnx"), externalAbove: 1000)
    #expect(try bytes("a.onnx.data") == bytes("b.onnx.data"))
    #expect(try bytes("a.onnx.data") != old)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["a.onnx", "a.onnx.data", "b.onnx", "b.onnx.data"])
  }

  @Test("a model that cannot take its name leaves the old pair as it was")
  func refusedPair() throws {
    try large(0).write(to: folder("a.onnx"), externalAbove: 1000)
    let (model, data) = (try bytes("a.onnx"), try bytes("a.onnx.data"))
    var broken = try large(7)
    try FileManager.default.createDirectory(atPath: folder("c.onnx.data"), withIntermediateDirectories: true)
    #expect(throws: Diagnostic.self) { try broken.write(to: folder("c.onnx"), externalAbove: 1000) }
    broken.graph.name = "other"
    #expect(throws: Diagnostic.self) { try broken.write(to: folder("none/a.onnx"), externalAbove: 1000) }
    #expect(try bytes("a.onnx") == model)
    #expect(try bytes("a.onnx.data") == data)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["a.onnx", "a.onnx.data", "c.onnx.data"])
  }

  @Test("two GiB in the model file itself are refused before anything is written")
  func tooLarge() throws {
    var model = try Self.small()
    let type = TensorType(.u8, shape: [1 << 31])
    model.graph.initializers = [TensorProto("w", try Tensor(type) { (_) throws(Diagnostic) in })]
    let error = #expect(throws: Diagnostic.self) {
      try model.write(to: folder("m.onnx"), externalAbove: .max)
    }
    #expect(error?.message.text.contains("an ONNX file holds 2 GiB at most") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
