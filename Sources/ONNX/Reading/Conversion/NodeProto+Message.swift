import COnnx
import Tensors

extension NodeProto {
  /// What `message` says. Errors inside it are located at the node.
  init(_ message: Onnx__NodeProto, from source: inout ModelSource) throws(Diagnostic) {
    self.init()
    name = Name(message.name)
    operatorName = String(message.op_type)
    domain = String(domain: message.domain)
    overload = String(message.overload)
    inputs = elements(message.n_input, message.input).map { Name($0) }
    outputs = elements(message.n_output, message.output).map { Name($0) }
    documentation = String(message.doc_string)
    metadata = [StringEntry](message.n_metadata_props, message.metadata_props)
    do throws(Diagnostic) {
      attributes = try converted(message.n_attribute, message.attribute) { message throws(Diagnostic) in
        try AttributeProto(message, from: &source)
      }
    } catch {
      throw error.located(at: "\(source.file.path): \(site)")
    }
  }
}
