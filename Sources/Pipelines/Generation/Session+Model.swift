import Families
import Graphs
import Passes
import Runtime
import Tensors

extension Session {
  /// A session of `model`, its graph behind the passes every graph goes through.
  init(_ model: Model, _ precision: Precision = .f32, options: SessionOptions) throws(Diagnostic) {
    try self.init(
      try (Pass.inference + precision.passes).run(on: model.graph),
      parameters: { (path) throws(Diagnostic) in try model.weights.tensor(path) }, options: options)
  }
}
