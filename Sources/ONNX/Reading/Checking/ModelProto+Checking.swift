import Tensors

extension ModelProto {
  /// The newest version of the format and of its own operators whose meaning is known here.
  static let newestIRVersion: Int64 = 14
  static let newestOpset = 28

  /// Throws iff the parts of the model do not fit together; puts nodes that come before what they need behind
  /// it. Afterwards every name has one meaning where it is used, and functions end.
  mutating func check(_ notes: inout Notes, path: String) throws(Diagnostic) {
    try checkVersions(&notes)
    try FunctionCalls(of: self, path: path).check()
    let functionKeys = Set(functions.map { FunctionKey($0) })
    var check = GraphCheck(
      path: path, opsets: opsets, functions: functionKeys, attributes: nil, notes: notes)
    _ = try check.check(&graph)
    notes = check.notes
    for place in functions.indices {
      let before = notes
      let declared =
        functions[place].attributes.map { Name($0) } + functions[place].defaults.map { Name($0.name) }
      // Before version 8 of the format functions shared the model's operator sets.
      let opsets = functions[place].opsets.isEmpty ? opsets : functions[place].opsets
      var check = GraphCheck(
        path: path, opsets: opsets, functions: functionKeys, attributes: Set(declared), notes: before)
      try check.check(&functions[place])
      notes = check.notes
    }
  }

  private mutating func checkVersions(_ notes: inout Notes) throws(Diagnostic) {
    guard irVersion > 0, irVersion <= 100 else { throw .irVersion(irVersion) }
    if irVersion > ModelProto.newestIRVersion {
      notes.add(
        "newer", "IR version is \(irVersion); what it adds to \(ModelProto.newestIRVersion) is not known here"
      )
    }
    if irVersion < 3, opsets.isEmpty {
      opsets[""] = 1
      notes.add("no operator set", "IR version \(irVersion) has no operator sets; version 1 is taken")
    }
    guard !opsets.isEmpty else { throw .noOpset }
    for opsets in [opsets] + functions.map(\.opsets) {
      guard (opsets[""] ?? 1) <= ModelProto.newestOpset else { throw .opset(opsets[""] ?? 0) }
    }
  }
}

extension Diagnostic {
  fileprivate static func irVersion(_ version: Int64) -> Diagnostic {
    Diagnostic(
      "IR version is \(version); expected 1 to \(ModelProto.newestIRVersion)",
      help: "export the model again; the version says how to read it")
  }
  fileprivate static var noOpset: Diagnostic {
    Diagnostic(
      "the model imports no operator set; expected ai.onnx with its version",
      help: "export the model again; the versions say what its operators mean")
  }
  fileprivate static func opset(_ version: Int) -> Diagnostic {
    Diagnostic(
      "operator set ai.onnx is imported in version \(version); expected 1 to \(ModelProto.newestOpset)",
      help: "export the model for an older operator set")
  }
}
