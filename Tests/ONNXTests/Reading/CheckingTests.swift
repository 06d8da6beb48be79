import Glibc
import HostileFiles
import ONNX
import TemporaryFolders
import Tensors
import Testing

/// What a reader refuses, notes or puts in order, beyond the hostile files.
@Suite struct CheckingTests {
  private typealias W = WireBytes

  private func read(_ bytes: [UInt8]) throws -> ModelProto {
    let folder = try TemporaryFolder()
    return try ModelProto.read(path: try folder.put("m.onnx", bytes))
  }

  private func refusal(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: Diagnostic.self) { try read(bytes) }
    return error?.description ?? ""
  }

  private func node(
    _ name: String, _ inputs: [String], _ outputs: [String], domain: String = "", attributes: [[UInt8]] = []
  ) -> [UInt8] {
    W.field(
      1,
      inputs.flatMap { W.field(1, $0) } + outputs.flatMap { W.field(2, $0) } + W.field(4, name)
        + W.field(7, domain) + attributes.flatMap { W.field(5, $0) })
  }

  private func body(_ graph: [UInt8], _ name: String = "then_branch") -> [UInt8] {
    W.field(1, name) + W.field(20, 5) + W.field(6, graph)
  }

  private let ends = W.value(11, "x") + W.value(12, "y")

  @Test func versionsAreBounded() throws {
    func model(_ ir: UInt64, _ opset: UInt64?) -> [UInt8] {
      let imported = opset.map { W.field(8, W.field(2, $0)) } ?? []
      return W.field(1, ir) + W.field(7, node("Relu", ["x"], ["y"]) + ends) + imported
    }
    #expect(try read(model(14, 28)).notes == [])
    #expect(try read(model(15, 28)).notes.contains { $0.contains("IR version is 15") })
    #expect(try read(model(2, nil)).opsets == ["": 1])
    #expect(refusal(model(101, 17)).contains("IR version is 101; expected 1 to 14"))
    #expect(refusal(model(8, 29)).contains("imported in version 29; expected 1 to 28"))
    #expect(refusal(model(8, 0)).contains("is imported in version 0"))
    let twice = model(8, 17) + W.field(8, W.field(1, "ai.onnx") + W.field(2, 17))
    #expect(try read(twice).notes == ["operator set ai.onnx is imported twice"])
  }

  @Test func nodesArePutBehindWhatTheirBodiesTake() throws {
    let inner = node("Neg", ["late"], ["inner"]) + W.value(12, "inner")
    let graph =
      node("If", ["x"], ["y"], attributes: [body(inner)]) + node("Relu", ["x"], ["late"]) + ends
    let model = try read(W.model(graph))
    #expect(model.graph.nodes.map(\.operatorName) == ["Relu", "If"])
    #expect(model.notes == ["nodes come before what they need; they were put in order"])
  }

  @Test func bodiesAreOrderedToo() throws {
    let inner = node("Neg", ["a"], ["b"]) + node("Relu", ["x"], ["a"]) + W.value(12, "b")
    let model = try read(W.model(node("If", ["x"], ["y"], attributes: [body(inner)]) + ends))
    guard case .graph(let graph) = model.graph.nodes.first?.attributes.first?.value else {
      Issue.record("no body")
      return
    }
    #expect(graph.nodes.map(\.operatorName) == ["Relu", "Neg"])
  }

  @Test func namesHaveOneMeaning() throws {
    let again = node("Neg", ["x"], ["x"]) + W.value(12, "x")
    #expect(
      refusal(W.model(node("If", ["x"], ["y"], attributes: [body(again)]) + ends))
        .contains("value \"x\" is there already"))
    let hiding = node("Neg", ["x"], ["z"]) + W.value(11, "x") + W.value(12, "z")
    let model = try read(W.model(node("If", ["x"], ["y"], attributes: [body(hiding)]) + ends))
    #expect(model.notes.contains { $0.contains("hides a value of the same name") })
    let siblings = [
      body(node("Neg", ["x"], ["z"]) + W.value(12, "z"), "then_branch"),
      body(node("Abs", ["x"], ["z"]) + W.value(12, "z"), "else_branch"),
    ]
    #expect(try read(W.model(node("If", ["x"], ["y"], attributes: siblings) + ends)).notes.isEmpty)
    let leaking = node("If", ["x"], ["t"], attributes: siblings) + node("Relu", ["z"], ["y"]) + ends
    #expect(refusal(W.model(leaking)).contains("input \"z\" is made nowhere"))
    #expect(
      refusal(W.model(node("Relu", ["x"], ["y"]) + ends + W.value(12, "y"))).contains(
        "output \"y\" comes twice"))
    let nameless = W.field(5, W.field(1, 1) + W.field(2, 1) + W.field(9, "abcd"))
    #expect(
      refusal(W.model(node("Relu", ["x"], ["y"]) + nameless + ends)).contains("an initializer has no name"))
  }

  @Test func referencesBelongInFunctions() {
    let reference = W.field(1, "axis") + W.field(21, "axis") + W.field(20, 2)
    #expect(
      refusal(W.model(node("Softmax", ["x"], ["y"], attributes: [reference]) + ends))
        .contains("refers to attribute \"axis\" of a function, but is in none"))
  }

  /// A function of domain f that calls the functions `callees`, one after another.
  private func function(_ name: String, _ callees: [String]) -> [UInt8] {
    var nodes: [UInt8] = []
    for (place, callee) in callees.enumerated() {
      let call =
        W.field(1, place == 0 ? "x" : "v\(place)")
        + W.field(2, place + 1 == callees.count ? "y" : "v\(place + 1)")
      nodes += W.field(7, call + W.field(4, callee) + W.field(7, callee == "Relu" ? "" : "f"))
    }
    let opsets = W.field(9, W.field(2, 17)) + W.field(9, W.field(1, "f") + W.field(2, 1))
    return W.field(
      25, W.field(1, name) + W.field(10, "f") + W.field(4, "x") + W.field(5, "y") + nodes + opsets)
  }

  private func calling(_ name: String, _ functions: [UInt8]) -> [UInt8] {
    W.model(node(name, ["x"], ["y"], domain: "f") + ends) + functions
      + W.field(8, W.field(1, "f") + W.field(2, 1))
  }

  @Test func functionsEnd() throws {
    #expect(try read(calling("a", function("a", ["b", "b"]) + function("b", ["Relu"]))).functions.count == 2)
    #expect(refusal(calling("a", function("a", ["b"]) + function("b", ["a"]))).contains("calls itself"))
    #expect(
      refusal(calling("a", function("a", ["Relu"]) + function("a", ["Relu"])))
        .contains("function \"a\" of domain f comes twice"))
    func chain(_ count: Int) -> [UInt8] {
      (0..<count).flatMap { function("c\($0)", [$0 == 0 ? "Relu" : "c\($0 - 1)"]) }
    }
    #expect(try read(calling("c99", chain(100))).functions.count == 100)
    #expect(refusal(calling("c100", chain(101))).contains("more than 100 calls inside one another"))
  }

  @Test func nodesFitTheirOperators() throws {
    func model(_ nodes: [UInt8], opset: UInt64 = 17) -> [UInt8] {
      W.field(1, 8) + W.field(7, nodes + ends) + W.field(8, W.field(2, opset))
    }
    let integer = { (name: String) in W.field(1, name) + W.field(3, 1) + W.field(20, 2) }
    let axis = node("Softmax", ["x"], ["y"], attributes: [integer("axis")])
    #expect(try read(model(axis)).graph.nodes.count == 1)
    #expect(
      refusal(model(node("Elu", ["x"], ["y"], attributes: [integer("alpha")]))).contains("is of kind integer")
    )
    #expect(refusal(model(node("Relu", ["x"], ["y", "z"]))).contains("has 2 outputs; expected 1"))
    #expect(refusal(model(node("Max", [], ["y"]))).contains("has 0 inputs; expected at least 1"))
    #expect(refusal(model(node("Clip", ["x", "x", "x", "x"], ["y"]))).contains("expected 1 to 3"))
    // An attribute of one version is none of the next; a tool's own one is not looked at.
    let bound = W.varint(2 << 3 | 5) + [0, 0, 0, 0]
    let clip = node("Clip", ["x"], ["y"], attributes: [W.field(1, "max") + bound + W.field(20, 1)])
    #expect(try read(model(clip, opset: 6)).graph.nodes.count == 1)
    #expect(
      refusal(model(clip)).contains("Clip has no attribute \"max\" in version 17 of ai.onnx; expected none"))
    #expect(
      try read(model(node("Relu", ["x"], ["y"], attributes: [integer("__tool")]))).graph.nodes.count == 1)
    // Nodes of bodies are looked at, too, and what the model says itself counts for more.
    let nested = node("If", ["x"], ["y"], attributes: [body(node("Relu", ["x", "x"], ["r"]), "then_branch")])
    #expect(refusal(model(nested)).contains("Relu has 2 inputs"))
  }

  @Test func sparseIndicesLieInTheShape() throws {
    func sparse(_ places: [Int64]) -> [UInt8] {
      let values =
        W.field(1, UInt64(places.count)) + W.field(2, 2) + W.field(8, "s")
        + W.field(9, Array(repeating: 1, count: places.count))
      let numbers = places.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
      let indices = W.field(1, UInt64(places.count)) + W.field(2, 7) + W.field(9, numbers)
      return W.model(W.field(15, W.field(1, values) + W.field(2, indices) + W.field(3, 4)))
    }
    #expect(try read(sparse([0, 3])).graph.sparseInitializers.count == 1)
    #expect(refusal(sparse([0, 4])).contains("has an element at 4; expected 0 up to 4"))
    #expect(refusal(sparse([2, 1])).contains("does not come after the one before it"))
  }

  @Test func theWireFormatIsHeldTo() {
    #expect(refusal([0x08] + Array(repeating: 0xFF, count: 10)).contains("takes more than 64 bits"))
    #expect(refusal([0x08]).contains("cut off by the end of its message"))
    #expect(refusal([0x08, 0x80]).contains("cut off by the end of its message"))
    #expect(refusal([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).contains("begins a field of 4294967295 bytes"))
    #expect(refusal([0x0B]).contains("of wire type 3"))
    #expect(refusal([0x00, 0x01]).contains("begins field 0"))
    #expect(refusal([0x0A, 0x01, 0x01]).contains("ir_version of the ModelProto at byte 0 has wire type 2"))
    #expect(refusal(W.model(W.field(2, "a\0b"))).contains("name of a GraphProto at byte 6 has a NUL in it"))
    #expect(
      refusal(W.field(1, 8) + W.field(1, 8)).contains("ir_version of one ModelProto comes a second time"))
  }

  @Test func strangersAreNamed() {
    #expect(refusal([0x1F, 0x8B, 8, 0]).contains("is a gzip archive, not an ONNX model"))
    #expect(refusal(Array("PK\u{3}\u{4}".utf8) + [20, 0]).contains("is a zip archive"))
    #expect(refusal(Array("<\n  ir_version: 7\n>\nagraph".utf8)).contains("is a text, not an ONNX model"))
  }

  @Test func tooLargeFilesAreToldOfExternalData() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("m.onnx", [8])
    #expect(truncate(path, 1 << 31) == 0)
    let error = #expect(throws: Diagnostic.self) { try ModelProto.read(path: path) }
    #expect(
      error?.description.contains("file has 2147483648 bytes; an ONNX file has at most 2147483647") == true)
    #expect(error?.help?.contains("external data") == true)
  }
}
