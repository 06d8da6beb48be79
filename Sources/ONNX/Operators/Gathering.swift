import Graphs
import Operators
import Tensors

extension Operator {
  /// Operators that pick elements by indices.
  static let gathering: [Operator] = [
    Operator("Gather") { (call) throws(Diagnostic) in
      try call.g.gather(call.input(0), call.input(1), axis: call.integer("axis", default: 0))
    },
    Operator("GatherElements", since: 11) { (call) throws(Diagnostic) in
      try call.g.add(
        GatherElements(axis: call.integer("axis", default: 0)), [call.input(0), call.input(1)])
    },
    Operator("GatherND", since: 11) { (call) throws(Diagnostic) in
      try call.g.add(GatherND(batch: call.integer("batch_dims", default: 0)), [call.input(0), call.input(1)])
    },
  ]
}
