import Checkpoints
import TemporaryFolders
import Tensors
import Testing

@Suite struct WeightDiffTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Numbers without a pattern, all different.
  private static func values(_ count: Int, seed: Int = 1) -> [Float] {
    (0..<count).map { Float(($0 &* 7919 &+ seed &* 104_729) % 65_521) / 32_768 - 0.99 }
  }

  private static func tensor(_ shape: [Int], seed: Int = 1, as element: DType = .f32) throws -> Tensor {
    let values = Self.values(shape.reduce(1, *), seed: seed).map(Double.init)
    return try Tensor(reals: values, as: TensorType(element, shape: shape))
  }

  /// The tensors as a file: mapped, as tensors mostly are.
  private func checkpoint(_ name: String, _ tensors: [(Name, Tensor)]) throws -> Checkpoint {
    try Checkpoint.write(tensors.map { (name: $0.0, tensor: $0.1) }, to: folder(name + ".safetensors"))
    return try Checkpoint.open(path: folder(name + ".safetensors"))
  }

  private func rows(_ a: [(Name, Tensor)], _ b: [(Name, Tensor)]) throws -> [WeightDiff.Row] {
    try WeightDiff(checkpoint("a", a), checkpoint("b", b)).rows
  }

  private func row(_ a: Tensor, _ b: Tensor) throws -> WeightDiff.Row {
    try #require(rows([("w", a)], [("w", b)]).first)
  }

  private func measured(_ row: WeightDiff.Row) throws -> Difference {
    switch row.verdict {
    case .changed(let difference?), .rounded(let difference): difference
    default: throw Diagnostic("\(row.verdict) is not measured")
    }
  }

  @Test func bytesDecideFirst() throws {
    let tensor = try Self.tensor([3, 5])
    let row = try row(tensor, tensor)
    #expect(row.verdict == .identical && row.isSame && !row.isRenamed)
    let nan = try Tensor(floats: [.nan, 1], shape: [2])
    #expect(try self.row(nan, nan).verdict == .identical)
  }

  @Test(arguments: [DType.f32, .f64, .f16, .bf16]) func zerosAndNaNsOfOtherBitsAreEqual(_ type: DType) throws
  {
    let a = try Tensor(reals: [0, 1, .nan, .infinity], as: TensorType(type, shape: [4]))
    let b = try Tensor(reals: [-0.0, 1, -.nan, .infinity], as: TensorType(type, shape: [4]))
    let row = try row(a, b)
    #expect(row.verdict == .equal && row.isSame)
  }

  @Test func measuresAreThoseOfTheElements() throws {
    var values = Self.values(1000)
    let a = try Tensor(floats: values, shape: [10, 100])
    values[17] += 0.5
    values[902] -= 0.25
    let b = try Tensor(floats: values, shape: [10, 100])
    let (x, y) = (try a.reals(), try b.reals())
    let difference = try measured(row(a, b))
    #expect(difference.count == 2 && difference.strays == 0 && difference.total == 1000)
    #expect(abs(difference.greatest - 0.5) < 1e-6)
    #expect(difference.relative == difference.greatest / (y.map(abs).max() ?? 0))
    let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = [x, y].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(abs(difference.cosine - dot / norms[0] / norms[1]) < 1e-7)
  }

  /// Far below and above what single precision can square, and across the pieces' borders.
  @Test(arguments: [1e-30, 1, 1e30]) func measuresHoldAtAnyScale(_ scale: Float) throws {
    let values = Self.values((1 << 20) + 77).map { $0 * scale }
    var others = values
    others[1 << 20] += 2 * scale
    let difference = try measured(
      row(Tensor(floats: values, shape: [values.count]), Tensor(floats: others, shape: [values.count])))
    #expect(difference.count == 1 && difference.total == values.count)
    #expect(abs(difference.greatest / Double(scale) - 2) < 1e-5)
    #expect(difference.cosine > 0.99999 && difference.cosine < 1)
  }

  @Test func whatIsNotFiniteIsCountedApart() throws {
    let a = try Tensor(floats: [.nan, .nan, .infinity, .infinity, 1, 2], shape: [6])
    let b = try Tensor(floats: [.nan, 0, .infinity, -.infinity, 1, 3], shape: [6])
    let difference = try measured(row(a, b))
    #expect(difference.sharedNaNs == 1 && difference.strays == 2 && difference.count == 3)
    #expect(difference.greatest == 1 && difference.scale == 3)
  }

  @Test(arguments: [(DType.f16, true), (.bf16, true), (.f64, false)])
  func otherTypes(_ type: DType, isNarrower: Bool) throws {
    let a = try Self.tensor([40, 50])
    let b = try Tensor(reals: a.reals(), as: TensorType(type, shape: [40, 50]))
    let row = try row(a, b)
    #expect(row.isRetyped && row.isSame == !isNarrower)
    if isNarrower, case .rounded(let difference) = row.verdict {
      #expect(difference.relative < 0.005)
    } else {
      #expect(row.verdict == .equal)
    }
    var values = try b.reals()
    values[3] += 0.5
    let changed = try self.row(a, Tensor(reals: values, as: b.type))
    #expect(try measured(changed).count >= 1)
    guard case .changed = changed.verdict else { throw Diagnostic("\(changed.verdict) is no change") }
  }

  /// Roundings to nearest, ties to even, as `Float16` has them: over all halves and what lies between.
  @Test func halvesAreRoundedExactly() throws {
    var values: [Float] = []
    for bits in UInt16(0)..<0x7C00 {
      let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits + 1)))
      guard high.isFinite else { continue }
      let middle = (low + high) / 2
      values += [low, middle.nextDown, middle, middle.nextUp]
    }
    values += [65_519, 65_520, 70_000, 1e-8, 2e-8, 3e-8]
    values += values.map { -$0 }
    let halves = try Tensor(reals: values.map(Double.init), as: TensorType(.f16, shape: [values.count]))
    let row = try row(Tensor(floats: values, shape: [values.count]), halves)
    guard case .rounded(let difference) = row.verdict else { throw Diagnostic("\(row.verdict)") }
    #expect(difference.strays == 4)
  }

  @Test func longIntegersAreComparedByBytes() throws {
    let type = TensorType(.i64, shape: [1])
    let row = try row(
      Tensor(integers: [1 << 60], as: type), Tensor(integers: [1 << 60 + 1], as: type))
    guard case .changed = row.verdict else { throw Diagnostic("\(row.verdict) is no change") }
  }

  @Test func elementsWithoutValuesAreIdenticalOrNot() throws {
    let type = TensorType(.c64, shape: [1])
    let (a, b) = (try Tensor(type, bytes: Array(0..<8)), try Tensor(type, bytes: Array(1..<9)))
    #expect(try row(a, a).verdict == .identical)
    #expect(try row(a, b).verdict == .changed(nil))
  }

  @Test func otherShapes() throws {
    let column = try row(Self.tensor([6, 1]), Self.tensor([6]))
    #expect(column.isSame && column.isReshaped)
    #expect(try row(Self.tensor([6]), Self.tensor([7])).verdict == .reshaped)
    #expect(try row(Self.tensor([6, 4]), Self.tensor([2, 12], seed: 5)).verdict == .reshaped)
  }

  @Test(arguments: [[1, 0], [0, 2, 1], [2, 0, 1], [3, 2, 0, 1]]) func transposes(_ order: [Int]) throws {
    let shape = Array([4, 5, 6, 3].prefix(order.count))
    let a = try Self.tensor(shape)
    let b = try Self.transposed(a, order)
    for name in ["w", "other"] as [Name] {
      let row = try #require(rows([("w", a)], [(name, b)]).first)
      #expect(row.verdict == .identical && row.order == order && row.isRenamed == (name != "w"))
    }
  }

  /// Also square ones, under one name, of another type, and changed.
  @Test func transposesOfMatrices() throws {
    let a = try Self.tensor([64, 64])
    let b = try Self.transposed(a, [1, 0])
    #expect(try row(a, b).order == [1, 0] && row(a, b).isSame)
    let half = try Tensor(reals: b.reals(), as: TensorType(.f16, shape: [64, 64]))
    let retyped = try row(a, half)
    guard case .rounded = retyped.verdict else { throw Diagnostic("\(retyped.verdict)") }
    #expect(retyped.order == [1, 0])
    let changed = try row(Self.tensor([3, 8]), Self.tensor([8, 3], seed: 9))
    #expect(try changed.order == [1, 0] && measured(changed).count > 0)
  }

  @Test func namesBehindAPrefix() throws {
    let zeros = try Tensor(floats: [0, 0, 0], shape: [3])
    let a: [(Name, Tensor)] = [("x.bias", zeros), ("y.bias", zeros), ("z.w", try Self.tensor([9]))]
    let b: [(Name, Tensor)] = a.map { (Name("model.\($0.0)"), $0.1) }
    for (a, b) in [(a, b), (b, a)] {
      let rows = try rows(a, b)
      #expect(rows.count == 3)
      for row in rows {
        let (x, y) = (row.a?.name.text ?? "", row.b?.name.text ?? "")
        #expect(row.isSame && (x == "model." + y || y == "model." + x))
      }
    }
  }

  @Test func equalValuesUnderOtherNames() throws {
    let rows = try rows(
      [
        ("one", Self.tensor([4, 4], seed: 2)), ("two", Self.tensor([4, 4], seed: 3)),
        ("gone", Self.tensor([5])),
      ],
      [
        ("zwei", Self.tensor([4, 4], seed: 3)), ("eins", Self.tensor([4, 4], seed: 2, as: .f64)),
        ("new", Self.tensor([6])),
      ])
    let found = Dictionary(uniqueKeysWithValues: rows.map { ($0.a?.name ?? "-", $0) })
    #expect(found["one"]?.b?.name == "eins" && found["one"]?.verdict == .equal)
    #expect(found["two"]?.b?.name == "zwei" && found["two"]?.verdict == .identical)
    #expect(found["gone"]?.verdict == .onlyInA && found["-"]?.verdict == .onlyInB && rows.count == 4)
  }

  @Test func namesOfConstantsGoToTheMostAlike() throws {
    let ones = try Tensor(floats: [1, 1], shape: [2])
    let rows = try rows(
      [("layers.0.norm", ones), ("layers.1.norm", ones)], [("blocks.1.g", ones), ("blocks.0.g", ones)])
    #expect(rows.map { $0.b?.name } == ["blocks.0.g", "blocks.1.g"])
  }

  @Test func partsOfOneMatrix() throws {
    let parts = try [6, 2, 2].enumerated().map { try Self.tensor([$1, 5], seed: $0 + 1) }
    let whole = try Tensor(floats: parts.flatMap { try $0.floats() }, shape: [10, 5])
    let names: [Name] = ["q", "k", "v"]
    let split = Array(zip(names, parts))
    let forth = try rows([("qkv", whole)], split)
    #expect(forth.map { $0.a?.rows } == [0..<6, 6..<8, 8..<10])
    #expect(forth.map { $0.b?.name } == names && forth.allSatisfy(\.isSame))
    let back = try rows(split, [("qkv", whole)])
    #expect(back.allSatisfy { $0.isSame && $0.b?.name == "qkv" } && back.count == 3)
    #expect(try rows([("qkv", whole)], Array(split.dropLast())).contains { $0.verdict == .onlyInA })
  }

  @Test func tiedWeightsAreCopies() throws {
    let table = try Self.tensor([7, 3])
    let rows = try rows([("shared", table)], [("shared", table), ("embed", table)])
    #expect(rows.map(\.isCopy) == [false, true] && rows.allSatisfy(\.isSame))
  }

  @Test func pairingGoesBeforeNames() throws {
    let (one, two) = (try Self.tensor([3]), try Self.tensor([3], seed: 4))
    let diff = try WeightDiff(
      checkpoint("a", [("x", one), ("y", two)]), checkpoint("b", [("x", two), ("y", one)]),
      pairing: ["x": "y", "y": "x"])
    #expect(diff.isSame)
    #expect(try !WeightDiff(checkpoint("a", [("x", one)]), checkpoint("b", [("x", two)])).isSame)
  }

  @Test func progressMayEndIt() throws {
    let a = try checkpoint("a", [("w", Self.tensor([1 << 12]))])
    #expect(throws: Diagnostic("enough")) {
      try WeightDiff(a, a) { (_, total) throws(Diagnostic) in
        #expect(total == 2 << 14)
        throw Diagnostic("enough")
      }
    }
  }

  private static func transposed(_ tensor: Tensor, _ order: [Int]) throws -> Tensor {
    let (shape, values) = (tensor.shape, try tensor.floats())
    let target = order.map { shape[$0] }
    var result: [Float] = []
    for place in 0..<values.count {
      var (rest, index) = (place, shape.map { _ in 0 })
      for axis in target.indices.reversed() {
        index[order[axis]] = rest % target[axis]
        rest /= target[axis]
      }
      result.append(values[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }])
    }
    return try Tensor(floats: result, shape: target)
  }
}
