import COnnx
import Tensors

extension ModelProto {
  /// What `message` says.
  init(_ message: borrowing Onnx__ModelProto, from source: inout ModelSource) throws(Diagnostic) {
    self.init()
    irVersion = message.ir_version
    producerName = String(message.producer_name)
    producerVersion = String(message.producer_version)
    domain = String(message.domain)
    modelVersion = message.model_version
    documentation = String(message.doc_string)
    metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
    opsets = try .init(message.n_opset_import, message.opset_import, notes: &source.notes)
    guard let main = message.graph else { throw .noGraph }
    graph = try GraphProto(main.pointee, from: &source)
    functions = try converted(message.n_functions, message.functions) { message throws(Diagnostic) in
      try FunctionProto(message, from: &source)
    }
  }
}

extension [String: Int] {
  /// The operator sets that `opset_import` lists. Throws iff a domain comes with two versions or one out of
  /// reach.
  init(
    _ count: Int, _ first: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__OperatorSetIdProto>?>?,
    notes: inout Notes
  ) throws(Diagnostic) {
    self.init()
    for case let entry? in elements(count, first) {
      let domain = String(domain: entry.pointee.domain)
      let version = entry.pointee.version
      guard (1...Int64(Int32.max)).contains(version) else { throw .badVersion(domain, version) }
      if let former = updateValue(Int(version), forKey: domain) {
        guard former == Int(version) else { throw .twoVersions(domain, former, Int(version)) }
        notes.add("opset twice", "operator set \(domain.asDomain) is imported twice")
      }
    }
  }
}

extension GraphProto {
  init(_ message: Onnx__GraphProto, from source: inout ModelSource) throws(Diagnostic) {
    self.init()
    name = Name(message.name)
    documentation = String(message.doc_string)
    metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
    inputs = try .init(message.n_input, message.input)
    outputs = try .init(message.n_output, message.output)
    valueInfo = try .init(message.n_value_info, message.value_info)
    initializers = try converted(message.n_initializer, message.initializer) { message throws(Diagnostic) in
      try TensorProto(message, from: &source)
    }
    sparseInitializers = try converted(message.n_sparse_initializer, message.sparse_initializer) {
      message throws(Diagnostic) in try SparseTensorProto(message, from: &source)
    }
    nodes = try converted(message.n_node, message.node) { message throws(Diagnostic) in
      try NodeProto(message, from: &source)
    }
  }
}

extension FunctionProto {
  init(_ message: Onnx__FunctionProto, from source: inout ModelSource) throws(Diagnostic) {
    self.init()
    name = String(message.name)
    domain = String(domain: message.domain)
    overload = String(message.overload)
    inputs = elements(message.n_input, message.input).map { Name($0) }
    outputs = elements(message.n_output, message.output).map { Name($0) }
    attributes = elements(message.n_attribute, message.attribute).map { String($0) }
    documentation = String(message.doc_string)
    metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
    do throws(Diagnostic) {
      opsets = try .init(message.n_opset_import, message.opset_import, notes: &source.notes)
      valueInfo = try .init(message.n_value_info, message.value_info)
      defaults = try converted(message.n_attribute_proto, message.attribute_proto) {
        message throws(Diagnostic) in try AttributeProto(message, from: &source)
      }
      nodes = try converted(message.n_node, message.node) { message throws(Diagnostic) in
        try NodeProto(message, from: &source)
      }
    } catch {
      throw error.located(at: "\(source.file.path): function \(Name(name).quoted)")
    }
  }
}

extension [ValueInfoProto] {
  fileprivate init(
    _ count: Int, _ first: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__ValueInfoProto>?>?
  ) throws(Diagnostic) {
    self = try converted(count, first) { message throws(Diagnostic) in
      var info = ValueInfoProto(Name(message.name))
      info.documentation = String(message.doc_string)
      info.metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
      do throws(Diagnostic) {
        if let type = message.type { info.type = try TypeProto(type.pointee) }
      } catch {
        throw error.noting("it is the type of value \(info.name.quoted)")
      }
      return info
    }
  }
}

extension String {
  /// As messages name an operator domain.
  var asDomain: String { isEmpty ? "ai.onnx" : escapingControls }
}

extension Diagnostic {
  /// The same diagnostic with a note where it had none.
  func noting(_ note: @autoclosure () -> String) -> Diagnostic {
    var copy = self
    copy.note = self.note ?? note()
    return copy
  }

  fileprivate static var noGraph: Diagnostic {
    Diagnostic("the model has no graph", help: "export the model again; the file holds only its head")
  }
  fileprivate static func badVersion(_ domain: String, _ version: Int64) -> Diagnostic {
    Diagnostic(
      "operator set \(domain.asDomain) is imported in version \(version); expected 1 to \(Int32.max)")
  }
  fileprivate static func twoVersions(_ domain: String, _ former: Int, _ version: Int) -> Diagnostic {
    Diagnostic(
      "operator set \(domain.asDomain) is imported in the versions \(former) and \(version); expected one")
  }
}
