import Graphs
import Operators
import Tensors

/// Reads tensors between their elements: x `[N, C, *S]` at real places on the axes of space.
struct Sampler {
  let call: Call
  /// x with its axes of space as one.
  private let flat: Value
  /// The lengths of these axes.
  let space: [Dim]
  let outside: Outside

  /// What is read beyond the ends of an axis.
  enum Outside {
    case zeros, border
    /// The elements mirrored at the outermost ones, or iff not `atCentres` half an element behind these.
    case reflection(atCentres: Bool)
  }

  enum Method { case nearest, linear, cubic }

  init(_ call: Call, _ x: Value, outside: Outside) throws(Diagnostic) {
    let type = call.type(x)
    space = Array(type.dims.dropFirst(2))
    guard (1...Limits.sampledAxes).contains(space.count), let count = space.product else {
      throw call.refusal("reads between the elements of \(type)")
    }
    (self.call, self.outside) = (call, outside)
    flat = try call.g.reshape(x, [type.dims[0], type.dims[1], count])
  }

  /// The values at `places`, one tensor `[N, C or 1, Q]` of floats an axis; `[N, C, Q]`, the parts of neighbours
  /// put together by `op`.
  func values(at places: [Value], _ method: Method, joining op: any Op = Add()) throws(Diagnostic) -> Value {
    var taps: [(places: [Value], weight: Value?)] = [([], nil)]
    for place in places {
      let axis = try neighbours(of: place, method)
      var longer: [(places: [Value], weight: Value?)] = []
      for tap in taps {
        for next in axis {
          var weight = next.weight ?? tap.weight
          if let old = tap.weight, let new = next.weight { weight = try call.g.multiply(old, new) }
          longer.append((tap.places + [next.place], weight))
        }
      }
      taps = longer
    }
    var result: Value?
    for tap in taps {
      var value = try elements(at: tap.places)
      if let weight = tap.weight {
        value = try call.g.multiply(value, call.g.cast(weight, to: call.type(value).element))
      }
      result = try result.map { (sum) throws(Diagnostic) in try call.g.add(op, [sum, value]) } ?? value
    }
    guard let result else { throw call.refusal("reads no place") }
    return result
  }

  /// The whole places on an axis that make the value at `place`, each with its weight.
  private func neighbours(of place: Value, _ method: Method) throws(Diagnostic)
    -> [(place: Value, weight: Value?)]
  {
    if case .nearest = method { return [(try call.g.add(Round(), [place]), nil)] }
    let first = try call.g.add(Floor(), [place])
    let part = try call.g.subtract(place, first)
    let next = try call.g.add(first, plus: 1)
    let rest = try call.g.subtract(call.g.constant(1, like: part), part)
    if case .linear = method { return [(first, rest), (next, part)] }
    return [
      (try call.g.add(first, plus: -1), try far(call.g.add(part, plus: 1))), (first, try near(part)),
      (next, try near(rest)), (try call.g.add(first, plus: 2), try far(call.g.add(rest, plus: 1))),
    ]
  }

  /// The cubic kernel at a distance up to 1.
  private func near(_ x: Value) throws(Diagnostic) -> Value {
    let line = try call.g.add(call.g.multiply(x, by: Self.bend + 2), plus: -(Self.bend + 3))
    return try call.g.add(call.g.multiply(call.g.multiply(line, x), x), plus: 1)
  }

  /// The cubic kernel at a distance from 1 to 2.
  private func far(_ x: Value) throws(Diagnostic) -> Value {
    let line = try call.g.add(call.g.multiply(x, by: Self.bend), plus: -5 * Self.bend)
    let square = try call.g.add(call.g.multiply(line, x), plus: 8 * Self.bend)
    return try call.g.add(call.g.multiply(square, x), plus: -4 * Self.bend)
  }

  /// The number of the cubic kernel.
  private static let bend = -0.75

  /// The elements at whole places, `[N, C, Q]`.
  private func elements(at places: [Value]) throws(Diagnostic) -> Value {
    var (index, isInside): (Value?, Value?)
    for (axis, place) in places.enumerated() {
      let zero = try call.g.constant(0, like: place)
      let last = try call.g.add(call.g.length(of: space[axis], like: place), plus: -1)
      if case .zeros = outside {
        let holds = try call.g.add(And(), [call.atMost(zero, place), call.atMost(place, last)])
        isInside =
          try isInside.map { (all) throws(Diagnostic) in try call.g.add(And(), [all, holds]) } ?? holds
      }
      let held = try call.g.minimum(call.g.maximum(mirrored(place, axis), zero), last)
      let row = try call.g.cast(held, to: .i64)
      index =
        try index.map { (index) throws(Diagnostic) in
          let before = try call.g.multiply(index, call.g.length(of: space[axis], like: index))
          return try call.g.add(before, row)
        } ?? row
    }
    guard let index else { throw call.refusal("reads no place") }
    var dims = call.type(index).dims
    dims[1] = call.type(flat).dims[1]
    let picked = try call.g.add(GatherElements(axis: 2), [flat, call.g.broadcast(index, dims)])
    guard let isInside else { return picked }
    return try call.g.where(isInside, picked, call.g.constant(0, like: picked))
  }

  /// The place inside that stands for `place` on `axis` where what is outside is mirrored.
  func mirrored(_ place: Value, _ axis: Int) throws(Diagnostic) -> Value {
    guard case .reflection(let atCentres) = outside else { return place }
    let low = atCentres ? 0 : -0.5
    let length = try call.g.length(of: space[axis], like: place)
    let room = try atCentres ? call.g.add(length, plus: -1) : length
    let period = try call.g.maximum(
      call.g.multiply(room, by: 2), call.g.constant(1, like: room))
    let distance = try call.g.abs(call.g.add(place, plus: -low))
    let rest = try call.g.add(Modulo(), [distance, period])
    return try call.g.add(call.g.minimum(rest, call.g.subtract(period, rest)), plus: low)
  }
}

extension Limits {
  /// Axes between whose elements one reads.
  fileprivate static let sampledAxes = 4
}
