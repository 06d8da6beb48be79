import HostileFiles
import ONNX
import TemporaryFolders
import Tensors
import Testing

@Suite struct TensorReadingTests {
  /// `Tests/ONNXTests/`
  private static let folder = #filePath.split(separator: "/").dropLast(2).reduce("/") { $0 + $1 + "/" }

  /// Every element type in the field it has and raw, packed by the onnx package: the same bytes.
  @Test func typedAndRawAgree() throws {
    let model = try ModelProto.read(path: Self.folder + "Tensors/tensors.onnx")
    let tensors = Dictionary(model.graph.initializers.map { ($0.name.text, $0) }, uniquingKeysWith: { $1 })
    for type in ElementType.allCases where type.dtype != nil {
      let name = "\(type)".uppercased()
      guard case .tensor(let raw) = tensors["raw." + name]?.contents,
        case .tensor(let typed) = tensors["typed." + name]?.contents
      else {
        Issue.record("\(name) is not in the file")
        continue
      }
      #expect(raw.type == TensorType(type.dtype ?? .u8, shape: [13]))
      #expect(typed.type == raw.type)
      #expect(raw.mapping != nil)
      #expect(typed.withBytes { Array($0) } == raw.withBytes { Array($0) }, "\(name)")
    }
  }

  /// What `TensorProto.read` makes of the fields `bytes` after dims and type.
  private func read(_ shape: [UInt64], _ type: ElementType, _ bytes: [UInt8]) throws -> TensorProto {
    let folder = try TemporaryFolder()
    let dims = shape.flatMap { WireBytes.field(1, $0) }
    let head = dims + WireBytes.field(2, UInt64(type.rawValue)) + WireBytes.field(8, "t")
    return try TensorProto.read(path: try folder.put("t.pb", head + bytes))
  }

  private func bytes(_ tensor: TensorProto) throws -> [UInt8] {
    guard case .tensor(let tensor) = tensor.contents else { throw Diagnostic("strings") }
    return tensor.withBytes { Array($0) }
  }

  private func refusal(_ shape: [UInt64], _ type: ElementType, _ bytes: [UInt8]) -> String {
    let error = #expect(throws: Diagnostic.self) { try read(shape, type, bytes) }
    return error?.description ?? ""
  }

  @Test func piecesAndSingleNumbersFollowOneAnother() throws {
    let packed = WireBytes.field(5, [1, 2]) + WireBytes.field(5, 3) + WireBytes.field(5, [0xFF, 1])
    #expect(try bytes(read([4], .uint8, packed)) == [1, 2, 3, 255])
    let one = withUnsafeBytes(of: Float(1).bitPattern.littleEndian, Array.init)
    let floats = WireBytes.field(4, one) + WireBytes.varint(4 << 3 | 5) + one
    #expect(try bytes(read([2], .float, floats)) == one + one)
  }

  @Test func negativeNumbersAreTwosComplement() throws {
    let minusTwo = WireBytes.field(5, UInt64(bitPattern: -2))
    #expect(try bytes(read([1], .int16, minusTwo)) == [0xFE, 0xFF])
    #expect(try bytes(read([], .int32, minusTwo)) == [0xFE, 0xFF, 0xFF, 0xFF])
  }

  @Test func stringsKeepTheirBytes() throws {
    let tensor = try read(
      [3], .string, WireBytes.field(6, "a") + WireBytes.field(6, "") + WireBytes.field(6, [0xFF, 0]))
    guard case .strings(let strings, let shape) = tensor.contents else {
      Issue.record("no strings")
      return
    }
    #expect(strings == [[0x61], [], [0xFF, 0]])
    #expect(shape == [3])
  }

  @Test func emptyTensorsNeedNoData() throws {
    #expect(try bytes(read([0, 3], .float, [])) == [])
    #expect(try bytes(read([0], .int4, WireBytes.field(9, ""))) == [])
  }

  @Test func numbersThatDoNotFitAreRefused() {
    #expect(
      refusal([1], .uint8, WireBytes.field(5, 256)).contains(
        "has 256, which does not fit an element of type u8"))
    #expect(refusal([1], .int8, WireBytes.field(5, UInt64(bitPattern: -129))).contains("has -129"))
    #expect(refusal([1], .uint32, WireBytes.field(11, 1 << 32)).contains("has 4294967296"))
    #expect(refusal([1], .uint32, WireBytes.field(11, .max)).contains("does not fit"))
    #expect(refusal([1], .float6e2m3, WireBytes.field(5, 64)).contains("has 64"))
  }

  @Test func countsAreExact() {
    #expect(
      refusal([3], .int32, WireBytes.field(5, [1, 2])).contains(
        "takes 3 numbers of int32_data, but there are 2"))
    #expect(refusal([1], .int32, WireBytes.field(5, [1, 2])).contains("takes 1 numbers of int32_data"))
    #expect(
      refusal([1 << 50], .int32, WireBytes.field(5, [1, 2])).contains("takes 1125899906842624 numbers"))
    #expect(
      refusal([2], .float, WireBytes.field(4, [0, 0, 0, 0])).contains("takes 8 bytes, but there are 4"))
    #expect(
      refusal([1 << 50], .float, WireBytes.field(4, [0, 0, 0, 0])).contains("takes 4503599627370496 bytes"))
    #expect(refusal([2], .string, WireBytes.field(6, "a")).contains("there are 1 strings; the shape takes 2"))
    #expect(refusal([2], .double, []).contains("f64[2] has no data"))
    #expect(refusal([1], .uint8, WireBytes.field(9, [1]) + WireBytes.field(9, [1])).contains("a second time"))
  }

  @Test func theErrorNamesTheTensor() {
    #expect(refusal([2], .double, []).contains("note: it is tensor \"t\""))
  }
}
