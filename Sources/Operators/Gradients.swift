package import Graphs
package import Tensors

extension Graph {
  /// Appends the gradients of `loss` with respect to the `wanted` values; `nil` where it does not depend on
  /// one.
  ///
  /// `upstream` is the gradient at `loss`, of its type; without one it is 1 for every element, so that a `loss`
  /// of several elements stands for their sum. Only what lies between `loss` and a wanted value is walked.
  /// A composite op on the way that has no fused gradient is expanded anew and its expansion differentiated. Each gradient has the type
  /// of its value. Throws iff `loss` is no float or an op on the way cannot be differentiated at its lengths.
  package mutating func gradients(of loss: Value, upstream: Value? = nil, for wanted: [Value])
    throws(Diagnostic) -> [Value?]
  {
    let type = self[loss].type
    guard type.element.isFloat else { throw .noFloat(type, self[loss].name) }
    let outer = scope
    defer { scope = outer }
    scope = outer.text.isEmpty ? "gradient" : Name("\(outer).gradient")
    let start: Value
    if let upstream { start = upstream } else { start = try add(Constant([1], type), name: self[loss].name) }
    guard self[start].type == type else { throw .upstream(self[start].type, type, self[loss].name) }
    let found = try pull(start, back: loss, to: wanted, through: 0..<nodes.count)
    return wanted.map { found[$0] }
  }

  /// The gradients of `wanted` values from the gradient of `result`, walking only the nodes in `range`.
  private mutating func pull(
    _ upstream: Value, back result: Value, to wanted: [Value], through range: Range<Int>
  ) throws(Diagnostic) -> [Value: Value] {
    var reaching = Set(wanted)
    let walked = allValues[range]
    for value in walked where self[value].inputs.contains(where: reaching.contains) { reaching.insert(value) }
    var gradients: [Value: Value] = [:]
    if reaching.contains(result) { gradients[result] = upstream }
    for value in walked.reversed() {
      guard let gradient = gradients[value], self[value].inputs.contains(where: reaching.contains) else {
        continue
      }
      let node = self[value]
      let site = GradientSite(
        inputs: node.inputs, output: value, upstream: gradient, wanted: node.inputs.map(reaching.contains))
      let parts = try contributions(at: site, of: node)
      for (input, part) in zip(node.inputs, parts) {
        guard let part, reaching.contains(input) else { continue }
        let fitting = try summed(part, to: self[input].type)
        if let known = gradients[input] {
          gradients[input] = try add(known, fitting)
        } else {
          gradients[input] = fitting
        }
      }
    }
    return gradients
  }

  /// What a node adds to the gradient of each of its inputs.
  private mutating func contributions(at site: GradientSite, of node: Node) throws(Diagnostic) -> [Value?] {
    let outer = scope
    defer { scope = outer }
    // What an expansion has appended lies in the scope already.
    scope = node.name.text.hasPrefix("\(outer).") ? node.name : node.name.prefixed(by: outer)
    do {
      guard let op = node.op as? any CompositeOp else { return try node.op.gradient(site, in: &self) }
      if let parts = try op.fusedGradient(site, in: &self) { return parts }
      let first = nodes.count
      let result = try op.expand(site.inputs, in: &self)
      let wanted = zip(site.inputs, site.wanted).filter { $0.1 }.map { $0.0 }
      let found = try pull(site.upstream, back: result, to: wanted, through: first..<nodes.count)
      var given: Set<Value> = []
      return site.inputs.map { given.insert($0).inserted ? found[$0] : nil }
    } catch {
      throw error.located(at: "the gradient of \(node.name.sigil) in @\(name)")
    }
  }

  /// `gradient` summed over the axes along which its value was broadcast to the result.
  private mutating func summed(_ gradient: Value, to type: TensorType) throws(Diagnostic) -> Value {
    let dims = self[gradient].type.dims
    guard dims != type.dims else { return gradient }
    let missing = dims.count - type.rank
    let axes = dims.indices.filter { $0 < missing || (type.dims[$0 - missing] == 1 && dims[$0] != 1) }
    return try reshape(sum(gradient, axes: axes), type.dims)
  }
}

extension Diagnostic {
  fileprivate static func noFloat(_ type: TensorType, _ name: Name) -> Diagnostic {
    Diagnostic("\(name.sigil) is \(type), but only floats have gradients")
  }
  fileprivate static func upstream(_ given: TensorType, _ type: TensorType, _ name: Name) -> Diagnostic {
    Diagnostic("the gradient given for \(name.sigil) is \(given), but \(name.sigil) is \(type)")
  }
}
