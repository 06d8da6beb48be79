package import Tensors

extension Dataset {
  /// The dataset without about the share `share` of its clips, and those.
  ///
  /// Which ones is a function of their ids alone, so that runs of any seed hold out the same. Windows of one
  /// clip stay together. Throws iff nothing is left on one side.
  package func holdingOut(_ share: Double) throws(Diagnostic) -> (rest: Dataset, heldOut: Dataset) {
    var held: Set<String> = []
    for clip in clips {
      let bits = try KeyedRandom.seed(of: "held out: \(Self.source(of: clip.id))")
      if Double(bits >> 11) * 0x1p-53 < share { held.insert(clip.id) }
    }
    guard !held.isEmpty, held.count < clips.count else {
      throw .oneSided(share, held.count, clips.count, path)
    }
    return (keeping { !held.contains($0.id) }, keeping { held.contains($0.id) })
  }

  /// What the clip called `id` was cut from: windows are called `CLIP@SECONDS`.
  private static func source(of id: String) -> Substring {
    id.lastIndex(of: "@").map { id[..<$0] } ?? id[...]
  }
}

extension Diagnostic {
  fileprivate static func oneSided(_ share: Double, _ held: Int, _ count: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "a share of \(share) holds out \(held) of the \(count) clips", at: path,
      help: "choose another share, or prepare a dataset for validation of its own", kind: .usage)
  }
}
