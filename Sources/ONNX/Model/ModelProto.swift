package import Tensors

/// What an ONNX file says, as it says it: names instead of values, operators instead of ops.
///
/// The types of this folder are the messages of `onnx.proto` (github.com/onnx/onnx, `onnx/onnx.proto`),
/// under their names there, as Swift values; tensors are mapped where the file allows it.
package struct ModelProto: Sendable {
  package var irVersion: Int64 = 0
  package var producerName = ""
  package var producerVersion = ""
  package var domain = ""
  package var modelVersion: Int64 = 0
  package var documentation = ""
  /// The version of each operator domain; the default domain is "".
  package var opsets: [String: Int] = [:]
  package var graph = GraphProto()
  package var functions: [FunctionProto] = []
  package var metadata: [StringEntry] = []
  /// What the reader found odd about the file but no error, a sentence each.
  package var notes: [String] = []

  package init() {}
}

/// A key and its value, in the file's order (`StringStringEntryProto`).
package struct StringEntry: Hashable, Sendable {
  package var key: String
  package var value: String
  package init(key: String, value: String) { (self.key, self.value) = (key, value) }
}

/// Nodes in the file's order, and the names through which they meet.
package struct GraphProto: Sendable {
  package var name: Name = ""
  package var nodes: [NodeProto] = []
  /// Older files list initializers here as well.
  package var inputs: [ValueInfoProto] = []
  package var outputs: [ValueInfoProto] = []
  package var valueInfo: [ValueInfoProto] = []
  package var initializers: [TensorProto] = []
  package var sparseInitializers: [SparseTensorProto] = []
  package var documentation = ""
  package var metadata: [StringEntry] = []

  package init() {}
}

/// One call of an operator or of a function of the model.
package struct NodeProto: Sendable {
  package var name: Name = ""
  package var operatorName = ""
  /// "" is the default domain; "ai.onnx" is read as "".
  package var domain = ""
  package var overload = ""
  /// An empty name stands for an optional input that is left out.
  package var inputs: [Name] = []
  package var outputs: [Name] = []
  package var attributes: [AttributeProto] = []
  package var documentation = ""
  package var metadata: [StringEntry] = []

  package init() {}
}

/// A function of the model: a graph without types that a node may call by domain and name.
package struct FunctionProto: Sendable {
  package var name = ""
  package var domain = ""
  package var overload = ""
  package var inputs: [Name] = []
  package var outputs: [Name] = []
  /// The attributes a call must give.
  package var attributes: [String] = []
  /// The attributes a call may give, with their defaults.
  package var defaults: [AttributeProto] = []
  package var nodes: [NodeProto] = []
  package var opsets: [String: Int] = [:]
  package var valueInfo: [ValueInfoProto] = []
  package var documentation = ""
  package var metadata: [StringEntry] = []

  package init() {}
}

/// The name of a value, and its type as far as the file tells it.
package struct ValueInfoProto: Sendable {
  package var name: Name
  package var type: TypeProto?
  package var documentation = ""
  package var metadata: [StringEntry] = []

  package init(_ name: Name, _ type: TypeProto? = nil) { (self.name, self.type) = (name, type) }
}
