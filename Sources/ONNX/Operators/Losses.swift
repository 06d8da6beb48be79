import Graphs
import Operators
import Tensors

extension Operator {
  /// Losses of predictions `[N, C, *S]` for classes `[N, *S]`.
  static let losses: [Operator] = [
    Operator("NegativeLogLikelihoodLoss", since: 12) { (call) throws(Diagnostic) in
      try call.likelihoodLoss(call.input(0))
    },
    Operator("SoftmaxCrossEntropyLoss", since: 12) { (call) throws(Diagnostic) in
      let x = try call.input(0)
      guard call.type(x).rank >= 2 else { throw call.refusal("has no classes in \(call.type(x))") }
      let shifted = try call.g.subtract(x, call.g.max(x, axes: [1]))
      let logs = try call.g.subtract(shifted, call.g.log(call.g.sum(call.g.exp(shifted), axes: [1])))
      return [call.wants(0) ? try call.likelihoodLoss(logs) : nil, logs]
    },
  ]
}

extension Call {
  /// What `logs`, logarithms of probabilities, lack at the classes of input 1: each times the weight of its
  /// class, input 2, and then all of them, their sum, or their mean by weight. The class `ignore_index` has no
  /// weight.
  fileprivate func likelihoodLoss(_ logs: Value) throws(Diagnostic) -> Value {
    let (type, labels) = (type(logs), try self.type(of: 1))
    guard type.rank >= 2, labels.dims == [type.dims[0]] + type.dims[2...] else {
      throw refusal("takes \(type) for the classes \(labels)")
    }
    var classes = try g.cast(input(1), to: .i64)
    var ignored: Value?
    if let number = try integer("ignore_index") {
      let isIgnored = try g.equal(classes, g.constant(Double(number), like: classes))
      classes = try g.where(isIgnored, g.constant(0, like: classes), classes)
      ignored = isIgnored
    }
    let places = try g.reshape(classes, [type.dims[0], 1] + type.dims[2...])
    let picked = try g.add(GatherElements(axis: 1), [logs, places])
    var loss = try g.negate(g.reshape(picked, labels.dims))
    var weights = try optional(2).map { (all) throws(Diagnostic) in try g.gather(all, classes, axis: 0) }
    if let ignored {
      let zero = try g.constant(0, like: logs)
      let one = try g.constant(1, like: logs)
      weights = try g.where(ignored, zero, weights ?? one)
    }
    if let weights { loss = try g.multiply(loss, weights) }
    let all = Array(labels.dims.indices)
    switch try text("reduction", default: "mean") {
    case "none": return loss
    case "sum": return try g.sum(loss, axes: all, keep: false)
    case "mean":
      guard let weights else { return try g.mean(loss, axes: all, keep: false) }
      let sum = try g.sum(loss, axes: all, keep: false)
      return try g.divide(sum, g.sum(weights, axes: all, keep: false))
    case let other: throw refusal("reduces by \(other)")
    }
  }
}
