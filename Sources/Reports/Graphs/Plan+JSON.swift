package import Plans
package import Tensors

extension Plan {
  /// The sizes of the plan in bytes and steps.
  package var json: JSON {
    [
      "arena": JSON(arenaSize), "without_reuse": JSON(sizeWithoutReuse), "prologue": JSON(prologueSize),
      "outputs": JSON(outputSizes.reduce(0, +)), "steps": JSON(steps.count),
      "prologue_nodes": JSON(prologue.count),
    ]
  }
}
