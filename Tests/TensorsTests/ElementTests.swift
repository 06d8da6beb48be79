import Testing

@testable import Tensors

/// The elements of eight bits and fewer, against ml_dtypes and onnx's reference of `Cast`.
@Suite struct ElementTests {
  private static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    + "/Fixtures/elements/"

  private static let small = DType.allCases.filter { $0.bits <= 8 && !$0.isArithmetic && $0 != .bool }

  @Test(arguments: small) func everyCodeHasItsValue(element: DType) throws {
    let words = try JSON.load(path: Self.folder + "codes.json").array(Name(element.rawValue))
    let values = try words.map { try #require(Double(try $0.string())) }
    #expect(values.count == 1 << element.bits)
    let type = TensorType(element, shape: [values.count])
    let tensor = try Tensor(codes: (0..<values.count).map { UInt8($0) }, as: type)
    let found = try tensor.reals()
    for (code, pair) in zip(found, values).enumerated() {
      #expect(pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN), "code \(code) of \(element)")
      #expect(pair.0.sign == pair.1.sign || pair.1.isNaN, "code \(code) of \(element)")
    }
    // ONNX rounds 2⁻¹²⁷, which has no whole exponent as a `Float`, up.
    let numbers = zip(found, 0...).filter { $0.0.isFinite && (element != .f8e8m0 || $0.1 > 0) }
    let back = try Tensor(reals: numbers.map(\.0), as: TensorType(element, shape: [numbers.count]))
    #expect(try back.codes() == numbers.map { UInt8($0.1) })
  }

  @Test(arguments: small.filter(\.isFloat), [true, false])
  func realsBecomeTheNearestCode(element: DType, saturates: Bool) throws {
    let casts = try JSON.load(path: Self.folder + "casts.json")
    let reals = try casts.array("reals").map { Double(Float(bitPattern: UInt32(try $0.integer()))) }
    let type = TensorType(element, shape: [reals.count])
    for scale in element == .f8e8m0 ? [ScaleRounding.up, .down, .nearest] : [.up] {
      let key = "\(element)\(element == .f8e8m0 ? " \(scale)" : "")\(saturates ? " saturating" : "")"
      let hex = Array(try casts.string(Name(key)).utf8)
      #expect(hex.count == 2 * reals.count)
      let narrowing = Narrowing(saturates: saturates, scale: scale)
      let codes = try Tensor(reals: reals, as: type, narrowing).codes()
      for (index, real) in reals.enumerated() {
        let digits = hex[2 * index...2 * index + 1]
        let expected = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        #expect(codes[index] == expected, "\(real) as \(key)")
      }
    }
  }

  @Test func narrowElementsArePackedLowBitsFirst() throws {
    let cases: [(DType, [UInt8], [UInt8])] = [
      (.u4, [1, 2, 3], [0x21, 0x03]),
      (.u2, [1, 2, 3, 0, 2], [0b00_11_10_01, 0b10]),
      (.f6e2m3, [0b000001, 0b000011, 0b000111, 0b001111, 0b111111], [0xC1, 0x70, 0x3C, 0x3F]),
    ]
    for (element, codes, bytes) in cases {
      let tensor = try Tensor(codes: codes, as: TensorType(element, shape: [codes.count]))
      #expect(tensor.withBytes(Array.init) == bytes)
      #expect(try tensor.codes() == codes)
    }
    #expect(TensorType(.i4, shape: [3]).byteCount == 2)
    #expect(!TensorType(.i4, shape: [3]).fillsBytes)
    #expect(TensorType(.u2, shape: [4]).fillsBytes)
    #expect(TensorType(.f6e3m2, shape: [1 << 61]).byteCount == nil)
  }

  @Test func narrowWholeNumbersKeepTheirLowerBits() throws {
    let type = TensorType(.i4, shape: [6])
    #expect(try Tensor(reals: [-9.6, -8.5, 7.9, 8, 100, .nan], as: type).integers() == [7, -8, 7, -8, 4, 0])
    #expect(try Tensor(integers: [-9, 7, 8, 15, 16, -1], as: type).integers() == [7, 7, -8, -1, 0, -1])
  }

  @Test func bytesWithoutFractionAreNoCodes() throws {
    #expect(throws: Diagnostic("f32[1] does not hold 1 codes of eight bits or fewer")) {
      try Tensor(codes: [1], as: TensorType(.f32, shape: [1]))
    }
    #expect(throws: Diagnostic("u4[2] does not hold 3 codes of eight bits or fewer")) {
      try Tensor(codes: [1, 2, 3], as: TensorType(.u4, shape: [2]))
    }
  }
}
