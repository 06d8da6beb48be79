import Graphs
import ONNX
import Operators
import Tensors
import Testing

/// `Resize` between lengths that are open is what it is between lengths that are known.
@Suite struct OpenResizeTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let mode: String
    let coordinates: String
    var rounding = "round_prefer_floor"
    var testDescription: String { "\(mode) \(coordinates) \(rounding)" }
  }

  private static let coordinates = ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"]
  static let settings =
    coordinates.flatMap { place in
      ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map {
        Setting(mode: "nearest", coordinates: place, rounding: $0)
      } + ["linear", "cubic"].map { Setting(mode: $0, coordinates: place) }
    }

  private func node(_ name: String, _ inputs: [Name], _ output: Name, _ attributes: [AttributeProto])
    -> NodeProto
  {
    var node = NodeProto()
    (node.operatorName, node.inputs, node.outputs, node.attributes) = (name, inputs, [output], attributes)
    return node
  }

  private func attributes(_ setting: Setting) -> [AttributeProto] {
    let texts = [
      ("mode", setting.mode), ("coordinate_transformation_mode", setting.coordinates),
      ("nearest_mode", setting.rounding),
    ]
    return texts.map { AttributeProto($0.0, .string(Array($0.1.utf8))) }
  }

  /// Resizes axis 1 of `x` to the length of `like`, or by `scale`.
  private func model(_ setting: Setting, scale: Double? = nil) throws -> ModelProto {
    var model = ModelProto()
    model.opsets = ["": 18]
    model.graph.inputs = [
      ValueInfoProto("x", .tensor(.float, [.fixed(2), .named("old"), .fixed(3)])),
      ValueInfoProto("like", .tensor(.float, [.named("new")])),
    ]
    model.graph.outputs = [ValueInfoProto("y")]
    let axes = AttributeProto("axes", .integers([1]))
    if let scale {
      let scales = TensorProto("scales", try Tensor(reals: [scale], as: TensorType(.f32, [1])))
      model.graph.initializers = [scales]
      model.graph.nodes = [node("Resize", ["x", "", "scales"], "y", attributes(setting) + [axes])]
    } else {
      model.graph.nodes = [
        node("Shape", ["like"], "size", []),
        node("Resize", ["x", "", "", "size"], "y", attributes(setting) + [axes]),
      ]
    }
    return model
  }

  private func inputs(_ old: Int, _ new: Int) throws -> [Name: Tensor] {
    let values = (0..<6 * old).map { Double(($0 * 7919) % 101) / 10 }
    return [
      "x": try Tensor(reals: values, as: TensorType(.f32, shape: [2, old, 3])),
      "like": try Tensor(reals: Array(repeating: 0, count: new), as: TensorType(.f32, shape: [new])),
    ]
  }

  /// Whether `open` gives for these lengths what the model gives that is imported for them.
  private func expectSame(_ open: ImportedModel, _ model: ModelProto, _ old: Int, _ new: Int) throws {
    let inputs = try inputs(old, new)
    let known = try ImportedModel(model, name: "m", lengths: ["old": old, "new": new])
    let results = try [open, known].map { imported in
      let results = try imported.graph.evaluate(inputs) { path throws(Diagnostic) in
        try imported.parameter(path)
      }
      return try #require(results["y"])
    }
    #expect(results[0].type == results[1].type, "\(old) to \(new)")
    let worst = zip(try results[0].reals(), try results[1].reals()).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < 1e-4, "\(old) to \(new): \(worst)")
  }

  @Test(arguments: settings) func toAnOpenLength(setting: Setting) throws {
    let model = try model(setting)
    let open = try ImportedModel(model, name: "m")
    try open.graph.expectSupported()
    #expect(open.graph[open.graph.outputs[0].value].type.description == "f32[2, new, 3]")
    for (old, new) in [(4, 7), (7, 4), (5, 1), (1, 3), (6, 6), (3, 12)] {
      try expectSame(open, model, old, new)
    }
  }

  @Test(arguments: settings.filter { $0.coordinates != "align_corners" }, [0.5, 1.75, 0.6])
  func byAScale(setting: Setting, scale: Double) throws {
    let model = try model(setting, scale: scale)
    let open = try ImportedModel(model, name: "m")
    guard scale != 0.6 else {
      #expect(throws: Diagnostic.self) { try open.graph.expectSupported() }
      return
    }
    try open.graph.expectSupported()
    for old in [2, 5, 8] { try expectSame(open, model, old, 1) }
  }

  @Test func whatNeedsLengthsIsAGap() throws {
    for extra in [AttributeProto("antialias", .integer(1)), AttributeProto("exclude_outside", .integer(1))] {
      var model = try model(Setting(mode: "cubic", coordinates: "half_pixel"))
      model.graph.nodes[1].attributes.append(extra)
      let open = try ImportedModel(model, name: "m")
      #expect(throws: Diagnostic.self) { try open.graph.expectSupported() }
    }
  }
}
