import Graphs
import Operators
import Tensors

/// Which of the axes of `[B, _, _, D]` are the heads and which the tokens.
enum HeadOrder: CaseIterable {
  /// `[B, H, N, D]`.
  case headsFirst
  /// `[B, N, H, D]`.
  case tokensFirst

  var heads: Int { self == .headsFirst ? 1 : 2 }
  var tokens: Int { self == .headsFirst ? 2 : 1 }

  /// What brings the axes in the order of batch, tokens, heads, features.
  var permutation: [Int] { [0, tokens, heads, 3] }
}

/// Features of heads that stand side by side.
struct HeadFeatures {
  /// All features of the heads, however its axes are split.
  let whole: Value
  /// `whole` as `[B, H, N, D]` or `[B, N, H, D]`.
  let dims: [Dim]
  let start: Dim
  let length: Dim
  /// The features themselves, where they stand as a value.
  let value: Value?

  /// The dims of the features themselves.
  var ownDims: [Dim] { dims.dropLast() + [length] }

  /// The features in the new graph.
  func value(in rebuild: inout Rebuild) throws(Diagnostic) -> Value {
    if let value { return try rebuild.new(value) }
    let heads = try rebuild.graph.reshape(rebuild.new(whole), dims)
    guard dims.last != length else { return heads }
    return try rebuild.graph.slice(heads, axis: 3, start: start, length: length)
  }
}

extension Graph {
  /// `value` as some of the features that it is a slice of, or else as all there are.
  func features(of value: Value) -> HeadFeatures? {
    let dims = self[value].type.dims
    guard dims.count == 4, let last = dims.last else { return nil }
    guard let slice = self[value].as(Slice.self), slice.step == nil, slice.axis == 3 || slice.axis == -1
    else {
      return HeadFeatures(whole: value, dims: dims, start: 0, length: last, value: value)
    }
    let whole = self[value].inputs[0]
    return HeadFeatures(
      whole: whole, dims: self[whole].type.dims, start: slice.start, length: slice.length, value: value)
  }
}
