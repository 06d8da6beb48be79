package import Checkpoints
package import Passes
package import Tensors

extension Bridge {
  /// The configuration in the metadata of a bridge file.
  package init(_ checkpoint: Checkpoint) throws(Diagnostic) {
    let metadata = checkpoint.metadata.map { ($0.key.text, $0.value) }
    do {
      try self.init(metadata: Dictionary(metadata) { first, _ in first })
    } catch {
      throw error.located(at: checkpoint.path)
    }
  }
}
