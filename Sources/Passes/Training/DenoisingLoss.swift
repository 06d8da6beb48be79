import Graphs
import Operators
package import Tensors

extension Pass {
  /// Replaces the outputs of a denoiser by the loss of its training, the weighted mean squared error:
  ///
  ///     loss = mean(weight · (sample - target)²)
  ///
  /// The inputs `target`, of the type of `sample` `[B, C, L]`, and `loss_weight` `[B, 1, L]` come behind the graph's
  /// own. A weight is 1 where nothing is to be weighed; padded frames have 0 and the others more, so that
  /// the mean is over the others. A graph whose output is the loss stays as it is.
  ///
  /// Throws iff there is no output `sample` of three axes.
  /// Source: `stable_audio_tools/training/losses/losses.py`, `MSELoss`.
  package static func denoisingLoss(sample: Name = "sample") -> Pass {
    Pass("denoising-loss", "the mean squared error of what the denoiser predicts") {
      (graph) throws(Diagnostic) in
      guard graph.outputs.map(\.name) != ["loss"] else { return graph }
      guard let output = graph.outputs.first(where: { $0.name == sample }) else {
        throw .noSample(sample, graph.outputs.map(\.name))
      }
      let type = graph[output.value].type
      guard type.rank == 3 else { throw .rank(output.name, type) }
      let weight = TensorType(type.element, [type.dims[0], 1, type.dims[2]])
      var rebuild = try Rebuild(graph, adding: [("target", type), ("loss_weight", weight)])
      try rebuild.walk { _, _ in false }
      var result = rebuild.graph
      guard let target = result[named: "target"], let weights = result[named: "loss_weight"] else {
        throw .noSample(sample, [])
      }
      result.scope = "loss"
      let error = try result.square(result.subtract(rebuild.new(output.value), target))
      let mean = try result.mean(result.multiply(error, weights), axes: [0, 1, 2], keep: false)
      result.scope = ""
      result.output("loss", mean)
      return result
    }
  }
}

extension Diagnostic {
  fileprivate static func noSample(_ name: Name, _ outputs: [Name]) -> Diagnostic {
    Diagnostic(
      "the graph has no output \(name) to be trained",
      help: "its outputs are \(outputs.map(\.text).joined(separator: ", "))")
  }
  fileprivate static func rank(_ name: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("output \(name) is \(type), but the loss takes [B, C, L]")
  }
}
