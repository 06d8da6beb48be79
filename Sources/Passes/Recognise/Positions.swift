import Glibc
import Graphs
import Operators
import Tensors

extension Site {
  /// `rope` or `axial_rope` where the angles of this rotation are its positions times its frequencies.
  var positionalRotation: Found? {
    guard let (rotate, _) = match(Rotate.self) else { return nil }
    let parts = graph.columns(of: inputs[1])
    let turns = parts.compactMap { graph.turn($0) }
    guard turns.count == parts.count, let first = turns.first, parts.count.isMultiple(of: 2) else {
      return nil
    }
    let pairs = stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) }
    guard pairs.allSatisfy({ $0.0 == $0.1 }), turns.allSatisfy({ $0.frequencies == first.frequencies }),
      let base = first.base
    else { return nil }
    let tables = stride(from: 0, to: turns.count, by: 2).map { turns[$0] }
    if tables.count == 1, rotate.style == .half { return straight(rotate, first, base) }
    return tables.count == 3 && rotate.style == .interleaved ? axial(rotate, tables, base) : nil
  }

  private func straight(_ rotate: Rotate, _ turn: Turn, _ base: Double) -> Found? {
    guard let places = graph.values(turn.positions, alongside: node.type.dims[1], count: 64) else {
      return nil
    }
    let (start, step) = (places[0], places[1] - places[0])
    guard places.indices.allSatisfy({ places[$0] == start + step * Double($0) }) else { return nil }
    let op = RoPE(
      heads: rotate.heads, dims: 2 * turn.frequencies.count, base: base, style: .half, start: start,
      step: step)
    return Found(op, inputs[0])
  }

  /// Frames, rows and columns of tokens on a grid, the last fastest.
  private func axial(_ rotate: Rotate, _ turns: [Turn], _ base: Double) -> Found? {
    let tokens = node.type.dims[1]
    let places = turns.compactMap { graph.values($0.positions, alongside: tokens, count: 4096) }
    guard places.count == 3, let area = places[0].firstIndex(of: 1),
      let width = places[2].dropFirst().firstIndex(of: 0), area.isMultiple(of: width),
      places[0].indices.allSatisfy({
        places[0][$0] == Double($0 / area) && places[1][$0] == Double($0 % area / width)
          && places[2][$0] == Double($0 % width)
      }),
      let frames = tokens.dividedExactly(by: area)
    else { return nil }
    let op = AxialRoPE(
      heads: rotate.heads, grid: [frames, Dim(area / width), Dim(width)], base: base, tiled: true)
    guard let size = node.type.dims[2].dividedExactly(by: rotate.heads)?.fixed,
      size / 3 / 2 == turns[0].frequencies.count
    else { return nil }
    return Found(op, inputs[0])
  }
}

/// Angles that are positions times frequencies.
private struct Turn {
  let positions: Value
  let frequencies: [Double]

  /// The number whose powers `base^(-i/count)` the frequencies are, to the rounding of `f32`.
  var base: Double? {
    let count = Double(frequencies.count)
    guard let last = frequencies.last, last > 0 else { return nil }
    var base = frequencies.count > 1 ? pow(last, -count / (count - 1)) : 10000
    if (base - base.rounded()).magnitude <= 1e-4 * base { base = base.rounded() }
    return frequencies.enumerated().allSatisfy { index, frequency in
      let expected = pow(base, -Double(index) / count)
      return (frequency - expected).magnitude <= 2e-6 * expected
    } ? base : nil
  }
}

extension Graph {
  /// What stands side by side in `[N, R]`, from the left.
  fileprivate func columns(of value: Value) -> [Value] {
    if let concat = self[value].as(Concat.self), concat.axis == 1 || concat.axis == -1 {
      return self[value].inputs.flatMap { columns(of: $0) }
    }
    guard let features = self[value].type.dims.last?.fixed,
      let (single, layout) = doubled(unshaped(value), features), layout == .tiled
    else { return [value] }
    return [single, single]
  }

  fileprivate func turn(_ value: Value) -> Turn? {
    let product = self[unshaped(value)]
    guard product.op is Multiply else { return nil }
    for (positions, other) in [(0, 1), (1, 0)].map({ (product.inputs[$0], product.inputs[$1]) }) {
      guard self[positions].type.dims.last == 1, let frequencies = numbers(other),
        Dim(frequencies.count) == product.type.dims.last
      else { continue }
      return Turn(positions: positions, frequencies: frequencies)
    }
    return nil
  }
}
