import Families
import Tensors

/// The components of a source that upstream keeps together: those of one family and one configuration.
struct FamilyGroup {
  let family: Family
  let parts: [ModelSource.Part]
  let configuration: Configuration
  /// The checkpoint: a file, or the directory that holds one.
  let weights: String

  /// The family's layout of that name, or `nil` iff it has none.
  func layout(_ name: String) -> Layout? { family.layouts.first { $0.name == name } }

  /// The groups of `source`, or that of `component`. Throws iff there is no such component.
  static func all(of source: ModelSource, _ component: String?) throws(Diagnostic) -> [FamilyGroup] {
    let wanted = try component.map { (name) throws(Diagnostic) in try source.part(name) }
    return Family.all.compactMap { family in
      let parts = source.parts.filter { $0.family == family.name }
      guard let first = parts.first, wanted == nil || wanted?.family == family.name else { return nil }
      return FamilyGroup(
        family: family, parts: parts, configuration: first.configuration, weights: first.weights)
    }
  }
}
