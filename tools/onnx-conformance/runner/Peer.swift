import Tensors

/// Another engine, and which cases of the suite it does not pass.
struct Peer: Sendable {
  let name: String
  private let missed: Set<String>

  /// The engines that `peers.py` has measured. Throws iff `path` is not a file of its kind.
  static func all(path: String) throws(Diagnostic) -> [Peer] {
    let file = try JSON.load(path: path)
    var peers: [Peer] = []
    for name in file.keys where name != "onnx" {
      let entry = try file.object(name)
      var missed: Set<String> = []
      let outcomes = try entry.object("not passed")
      for outcome in outcomes.keys { missed.formUnion(try outcomes.strings(outcome)) }
      peers.append(Peer(name: "\(name) \(try entry.string("version"))", missed: missed))
    }
    return peers
  }

  func passed(_ cases: [Suite.Case]) -> Int { cases.count { !missed.contains($0.name) } }
}
