import Checkpoints
import Families
import Reports
import Tensors

extension WeightTable {
  /// What `checkpoint` holds. With `scanning`, every byte is read for NaNs and infinities, which throws iff a
  /// tensor cannot be unpacked.
  init(_ checkpoint: Checkpoint, scanning: Bool = false) throws(Diagnostic) {
    self.init()
    (metadata, notes) = (checkpoint.metadata, checkpoint.notes)
    for entry in checkpoint.entries {
      let strays = scanning ? try entry.tensor.nonFinite() : nil
      let file = entry.file?.path ?? checkpoint.path
      rows.append(Row(entry.name, entry.type, file: file, strays: strays.map { ($0.nan, $0.infinite) }))
    }
  }
}

extension CheckpointSummary {
  init(_ checkpoint: Checkpoint) throws(Diagnostic) { self.init(try WeightTable(checkpoint)) }
}

extension GraphSource {
  /// The weights of the source: all that lies there, or those of the parts of its models.
  func checkpoints() throws(Diagnostic) -> [Checkpoint] {
    if component == nil, !source.hasSuffix(".graph"), !isONNX {
      do throws(Diagnostic) {
        return [try Checkpoint.open(path: try place())]
      } catch {
        guard error.kind == .noInput, case .models(let models)? = try? open() else { throw error }
        var checkpoints: [Checkpoint] = []
        for name in models.components {
          let checkpoint = try models.model(name).weights.checkpoint
          let isNew = checkpoints.allSatisfy { ($0.path, $0.prefix) != (checkpoint.path, checkpoint.prefix) }
          if isNew { checkpoints.append(checkpoint) }
        }
        return checkpoints
      }
    }
    guard let model = try subject().model else { throw .noWeights(source) }
    return [model.weights.checkpoint]
  }
}

extension Diagnostic {
  fileprivate static func noWeights(_ source: String) -> Diagnostic {
    Diagnostic(
      "\(source) is graph text and holds no weights", help: "pass the weights file itself", kind: .usage)
  }
}
