import Tensors

/// The cases that `dump.py` has written, as its index lists them.
struct Suite: Sendable {
  /// The version of the package `onnx` that the cases are of.
  let version: String
  let cases: [Case]

  /// A model, its inputs and the outputs to expect.
  struct Case: Sendable {
    /// `node/test_relu`, which is also its folder.
    let name: String
    /// The operator a node case is about; of the other kinds the kind.
    let operation: String
    /// 1, 2 or 3; `nil` outside all tiers.
    let tier: Int?
    /// How far a result may be from the expected one: `|a - b| <= absolute + relative * |b|`.
    let tolerance: Tolerance
  }

  struct Tolerance: Sendable {
    var relative: Double
    var absolute: Double
  }

  /// Throws iff `folder` holds no index or a broken one.
  init(folder: String) throws(Diagnostic) {
    let index = try JSON.load(path: "\(folder)/index.json")
    version = try index.string("onnx")
    var cases: [Case] = []
    for entry in try index.array("cases") {
      cases.append(
        Case(
          name: try entry.string("case"), operation: try entry.string("operator"),
          tier: try entry.integerIfPresent("tier", in: 1...3),
          tolerance: Tolerance(relative: try entry.real("rtol"), absolute: try entry.real("atol"))))
    }
    self.cases = cases
  }
}
