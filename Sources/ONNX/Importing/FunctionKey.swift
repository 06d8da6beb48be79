/// A function of the model, as a node calls it.
struct FunctionKey: Hashable {
  let domain: String
  let name: String
  let overload: String

  init(_ function: FunctionProto) {
    (domain, name, overload) = (function.domain, function.name, function.overload)
  }
  init(_ node: NodeProto) { (domain, name, overload) = (node.domain, node.operatorName, node.overload) }
}
