import Graphs
import Tensors

/// Which names are given, and to what.
extension Export {
  /// Marks a result that others may read too, so that no node takes it for its own.
  func share(_ operand: Operand) { shared.insert(operand.name) }

  /// Keeps `names` from being given to others.
  func take(_ names: Set<Name>) { taken.formUnion(names) }

  /// A name that nobody has, made of `name`.
  func fresh(_ name: Name) -> Name {
    var (candidate, count) = (name, 2)
    while taken.contains(candidate) || graph[named: candidate] != nil {
      candidate = Name("\(name)_\(count)")
      count += 1
    }
    taken.insert(candidate)
    return candidate
  }

  /// The name that `value` is to have.
  func claim(_ value: Value) -> Name {
    if let name = wanted[value], graph.outputs.contains(where: { $0.name == name }) { return name }
    let name = wanted[value] ?? graph[value].name
    return taken.insert(name).inserted ? name : fresh(name)
  }
}
