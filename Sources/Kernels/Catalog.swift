extension Kernel {
  /// All fast kernels, by file.
  package static let catalog: [Kernel] =
    elementwise + broadcasting + moving + gathering + casting + rows + reductions + matrices + attention
    + convolutions
}

extension LoweringRule {
  /// All ops that become others before kernels compute them.
  static let catalog: [LoweringRule] =
    gathering + casting + reductions + rotations + snakes + convolutions + linears
}
