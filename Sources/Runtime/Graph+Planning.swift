package import Graphs
package import Kernels
package import Plans
package import Tensors

extension Graph {
  /// The plan that a session makes at these lengths; `stored` says which element type the parameter of a path
  /// is kept in.
  ///
  /// Throws iff a length is missing, a node does not apply at these lengths or memory cannot be addressed.
  package func planned(
    at lengths: [String: Int], for kernels: KernelTable = .standard,
    stored: (Name) throws(Diagnostic) -> DType
  ) throws(Diagnostic) -> Plan {
    try Plan(try binding(lengths).lowered(for: kernels, stored: stored))
  }
}
