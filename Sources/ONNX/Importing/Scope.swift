import Graphs
import Tensors

/// What the names of one graph or function body stand for.
struct Scope {
  var values: [Name: Value] = [:]
  /// Tensors that become parameters or constants when somebody reads them.
  var initializers: [Name: TensorProto] = [:]
  var sparse: [Name: SparseTensorProto] = [:]
  /// What the file says about the types of values.
  var types: [Name: TypeProto] = [:]
  /// Whether names that are not here may be names of the scope around.
  var isOpen = false

  init() {}

  init(_ proto: GraphProto) {
    for tensor in proto.initializers { initializers[tensor.name] = tensor }
    for tensor in proto.sparseInitializers { sparse[tensor.values.name] = tensor }
    for info in proto.valueInfo + proto.outputs { types[info.name] = info.type }
  }
}
