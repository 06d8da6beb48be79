import Checkpoints
import Graphs
package import Runtime
package import Tensors

/// How far what was written is from its source.
package struct Verification: Sendable {
  /// What was compared, and `max|a - b| / max|a|` of source a and result b.
  package private(set) var rows: [(name: String, error: Double)] = []
  /// The error that rounding to the element type explains.
  package let bound: Double

  /// The bound is 20 units of rounding of `element`, and never below that of `f32` kernels.
  init(rounding element: DType?) {
    let unit: Double =
      switch element {
      case .f16: 0x1p-11
      case .bf16: 0x1p-8
      default: 0x1p-24
      }
    bound = max(20 * unit, 2e-5)
  }

  mutating func append(_ name: String, _ error: Double) { rows.append((name, error)) }

  /// The rows beyond the bound.
  package var failures: [(name: String, error: Double)] { rows.filter { !($0.error <= bound) } }

  /// Throws iff a row is beyond the bound.
  package func check(_ output: String) throws(Diagnostic) {
    guard let worst = failures.max(by: { !($0.error >= $1.error) }) else { return }
    throw .differs(worst.name, worst.error, bound, count: failures.count, of: rows.count, output)
  }
}

extension Conversion {
  /// Opens what was written and compares it with the source: models by their outputs on inputs made up from
  /// `seed`, tensors without a model one by one.
  ///
  /// `progress` is told what is compared; what it throws ends the work.
  package func verify(
    _ element: DType?, at lengths: [String: Int], seed: UInt64, options: SessionOptions,
    progress: (String) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Verification {
    var result = Verification(rounding: element)
    for pair in pairs {
      try progress(pair.name)
      var generator = GeneratedInputs(seed: seed)
      let inputs = try generator.inputs(of: pair.before.graph, at: lengths)
      let expected = try pair.before.results(on: inputs, options)
      let seen = try pair.after().results(on: inputs, options)
      for output in pair.before.graph.outputs {
        guard let a = expected[output.name], let b = seen[output.name] else { continue }
        result.append("\(pair.name) \(output.name)", Distance.of(try a.reals(), try b.reals()))
      }
    }
    guard pairs.isEmpty else { return result }
    for file in files where !file.drafts.isEmpty {
      let written = try Checkpoint.open(path: file.path)
      for draft in file.drafts {
        try progress(draft.name.text)
        result.append(draft.name.text, try draft.error(of: try written.tensor(draft.name)))
      }
    }
    return result
  }
}

extension Runnable {
  fileprivate func results(on inputs: [Name: Tensor], _ options: SessionOptions) throws(Diagnostic)
    -> [Name: Tensor]
  {
    var session = try Session(graph, parameters: parameter, options: options)
    return try session.run(inputs)
  }
}

extension TensorDraft {
  /// The error of `tensor` against the elements this is made of; 0 iff all are equal.
  fileprivate func error(of tensor: Tensor) throws(Diagnostic) -> Double {
    guard tensor.type == type else { return .infinity }
    guard FloatCast.elements.contains(type.element) else {
      var place = 0
      var isEqual = true
      _ = try stream { bytes in
        isEqual = isEqual && tensor.withBytes { bytes.elementsEqual($0[place..<(place + bytes.count)]) }
        place += bytes.count
      }
      return isEqual ? 0 : .infinity
    }
    var distance = Distance()
    var place = 0
    _ = try cast(to: .f64).stream { expected in
      let count = expected.count / 8
      let part = place..<(place + count * type.element.bits / 8)
      var values = [Double](repeating: 0, count: count)
      tensor.withBytes { bytes in
        guard var cast = FloatCast(from: type.element, to: .f64) else { return }
        values.withUnsafeMutableBytes { cast.convert(.init(rebasing: bytes[part]), into: $0) }
      }
      for (index, value) in values.enumerated() {
        distance.add(expected.loadUnaligned(fromByteOffset: 8 * index, as: Double.self), value)
      }
      if let (file, range) = tensor.mapping {
        let start = range.lowerBound + part.lowerBound
        file.advise(willNeed: false, start..<(start + part.count))
      }
      place = part.upperBound
    }
    return distance.relative
  }
}

/// How far values are from those they should be.
private struct Distance {
  private var largest = 0.0
  private var difference = 0.0

  /// `max|a - b| / max|a|`; 0 iff all are equal, infinite where one of two alone is finite.
  var relative: Double { difference == 0 ? 0 : difference / largest }

  mutating func add(_ a: Double, _ b: Double) {
    if a.isFinite { largest = max(largest, abs(a)) }
    guard a != b, !(a.isNaN && b.isNaN) else { return }
    difference = max(difference, a.isFinite && b.isFinite ? abs(a - b) : .infinity)
  }

  /// Of all `values`. Infinite iff there are not as many others.
  static func of(_ values: [Double], _ others: [Double]) -> Double {
    guard values.count == others.count else { return .infinity }
    var distance = Distance()
    for (a, b) in zip(values, others) { distance.add(a, b) }
    return distance.relative
  }
}

extension Diagnostic {
  fileprivate static func differs(
    _ name: String, _ error: Double, _ bound: Double, count: Int, of total: Int, _ output: String
  ) -> Diagnostic {
    Diagnostic(
      "\(count) of \(total) results are further from the source than rounding explains: \(name) by \(Float(error)), expected \(Float(bound)) at most",
      at: output, note: "what was written is left there",
      help: "values beyond the range of the new type are lost; see what overflowed, or choose bf16")
  }
}
