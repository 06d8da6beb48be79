package import Tensors

/// What somebody else's models think of clips, by id and name of the score.
package struct ClipScores: Hashable, Sendable {
  private var scores: [String: [Name: Double]] = [:]

  package init() {}

  /// The scores in a `.jsonl` file: a line is `{"id": "rain-1", "clap": 0.4}`; what is no number is passed over.
  ///
  /// Throws iff it cannot be read, a line is no object, or lacks the id.
  package init(path: String) throws(Diagnostic) {
    for line in try JSONLines.read(path) {
      let id = try line.string("id")
      for key in line.keys where key != "id" {
        guard let value = try line.find([key])?.value else { continue }
        switch value {
        case .integer(let score): scores[id, default: [:]][key] = Double(score)
        case .real(let score): scores[id, default: [:]][key] = score
        default: break
        }
      }
    }
  }

  subscript(_ id: String, _ name: String) -> Double? { scores[id]?[Name(name)] }
}
