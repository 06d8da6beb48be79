import CRanks
package import Tensors

extension Ranks {
  /// How the ranks of a machine share its cores.
  package struct Cores: Hashable, Sendable {
    /// Ranks on this machine.
    package var ranks: Int
    /// Cores that this rank may use, and that one of this machine's may.
    package var own, together: Int
    /// Cores that the ranks could use if `mpirun` bound them to none.
    package var machine: Int

    package init(ranks: Int, own: Int, together: Int, machine: Int) {
      (self.ranks, self.own, self.together, self.machine) = (ranks, own, together, machine)
    }

    /// Threads that keep the rank's share of the cores busy.
    package var threads: Int { max(1, min(own, together / max(1, ranks))) }

    /// What a person has to know of cores that stay idle; `nil` iff none do.
    package var warning: String? {
      guard together < machine else { return nil }
      return
        "mpirun binds the \(ranks) ranks here to \(together) of \(machine) cores; --bind-to none gives them all"
    }
  }

  /// How this machine's cores are shared; `nil` where there is one rank only.
  package func cores() throws(Diagnostic) -> Cores? {
    guard count > 1 else { return nil }
    var cores = ranks_cores()
    try check(ranks_count_cores(&cores))
    return Cores(
      ranks: Int(cores.ranks), own: Int(cores.own), together: Int(cores.together), machine: Int(cores.machine)
    )
  }
}
