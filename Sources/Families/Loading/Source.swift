package import Checkpoints
import Glibc
package import Tensors

/// What a path leads to, as the command line takes it.
package enum Source: Sendable {
  /// Graph text.
  case graphs(GraphFile)
  /// Models with their configurations.
  case models(ModelSource)
  /// Tensors without a word on what they are for.
  case weights(Checkpoint)

  /// Tells by the extension and by what lies there. Throws iff there is nothing or it is not understood.
  package init(path: String, family: String? = nil, config: String? = nil) throws(Diagnostic) {
    if path.hasSuffix(".graph") {
      self = .graphs(try GraphFile(path: path))
    } else if config == nil, family == nil, Source.isWeights(path) {
      self = .weights(try Checkpoint.open(path: path))
    } else {
      self = .models(try ModelSource(path: path, family: family, config: config))
    }
  }

  private static func isWeights(_ path: String) -> Bool {
    [".safetensors", ".h5", ".hdf5", ".index.json", ".npz", ".npy"].contains { path.hasSuffix($0) }
  }
}
