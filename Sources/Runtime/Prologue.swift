import Graphs
import Plans
import Tensors

/// The memory of what runs once after loading. Outlives a change of lengths that leaves it as it is.
final class Prologue {
  let arena: Arena
  private let nodes: [Node]
  private let places: [Placement?]

  init(_ plan: Plan) throws(Diagnostic) {
    nodes = plan.prologue.map { plan.graph[$0] }
    places = plan.prologue.map { plan.placements[$0] }
    let purpose = "what is computed from the parameters of @\(plan.graph.name)"
    arena = try Arena(byteCount: plan.prologueSize, for: purpose)
  }

  /// Whether this is what `plan` would compute.
  func serves(_ plan: Plan) -> Bool {
    nodes == plan.prologue.map { plan.graph[$0] } && places == plan.prologue.map { plan.placements[$0] }
  }
}
