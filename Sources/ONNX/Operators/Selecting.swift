import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators whose results are as long as the data have it: they are computed when these are known.
  static let selecting: [Operator] = [
    Operator("NonMaxSuppression", since: 10) { (call) throws(Diagnostic) in
      call.promise(.i64, rank: 2)
      let (boxes, scores) = (try call.tensor(0), try call.tensor(1))
      let most = try call.optional(2) == nil ? 0 : call.integers(2).first ?? 0
      let overlap = try call.optional(3) == nil ? 0 : call.tensor(3).reals().first ?? 0
      let least = try call.optional(4) == nil ? nil : call.tensor(4).reals().first
      guard boxes.shape.count == 3, scores.shape.count == 3, boxes.shape[2] == 4,
        boxes.shape[0] == scores.shape[0], boxes.shape[1] == scores.shape[2]
      else { throw call.refusal("takes the boxes \(boxes.type) with the scores \(scores.type)") }
      let suppression = BoxSuppression(
        boxes: try boxes.reals(), isCentred: try call.flag("center_point_box"), most: most, overlap: overlap,
        least: least)
      let chosen = try suppression.chosen(
        scores.reals(), batch: scores.shape[0], classes: scores.shape[1], count: scores.shape[2])
      let result = try Tensor(integers: chosen, as: TensorType(.i64, shape: [chosen.count / 3, 3]))
      return try call.translation.literal(result, name: call.node.outputs.first ?? "")
    },
    Operator("Unique", since: 11, outputs: unique),
  ]

  /// The different slices along an axis, or the different elements; for each the place where it stands first,
  /// for each place the number of its slice, and how often each stands.
  @Sendable private static func unique(_ call: Call) throws(Diagnostic) -> [Value?] {
    let (x, axis) = try call.slices()
    let type = call.type(x)
    call.promise(type.element, rank: type.rank)
    for output in 1...3 { call.promise(.i64, rank: 1, output: output) }
    let tensor = try call.tensor(0).reshaped(call.g[x].type.shape ?? [])
    let slices = try DistinctSlices(tensor, axis: axis, isSorted: call.flag("sorted", default: true))
    func vector(_ numbers: [Int]) throws(Diagnostic) -> Value {
      let type = TensorType(.i64, shape: [numbers.count])
      return try call.translation.literal(Tensor(integers: numbers.map(Int64.init), as: type), name: "")
    }
    let first = try vector(slices.first)
    return [
      call.wants(0) ? try call.g.gather(x, first, axis: axis) : nil, first,
      call.wants(2) ? try vector(slices.numbers) : nil, call.wants(3) ? try vector(slices.counts) : nil,
    ]
  }
}
