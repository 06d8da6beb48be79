import Tensors

// The messages of `onnx.proto` by their field numbers, fields in rising order, so that equal models are equal
// bytes, and those that protobuf's own serializer writes.

extension ModelProto {
  /// The message of the file. `places` says where the initializers of the main graph lie that are outside of
  /// it, by their number.
  func message(places: [Int: ExternalPlace] = [:]) -> EncodedMessage {
    var message = EncodedMessage()
    message.put(1, irVersion)
    message.putUnlessEmpty(2, producerName)
    message.putUnlessEmpty(3, producerVersion)
    message.putUnlessEmpty(4, domain)
    message.putUnlessZero(5, modelVersion)
    message.putUnlessEmpty(6, documentation)
    message.put(7) { graph.fill(&$0, places: places) }
    message.put(8, opsets: opsets)
    message.put(14, metadata)
    for function in functions { message.put(25, function.fill) }
    return message
  }
}

/// Where the bytes of a tensor lie that is not in the model file.
struct ExternalPlace: Hashable {
  /// The file's name; it lies beside the model file.
  let location: String
  let offset: Int
  let length: Int
}

extension GraphProto {
  func fill(_ message: inout EncodedMessage) { fill(&message, places: [:]) }

  fileprivate func fill(_ message: inout EncodedMessage, places: [Int: ExternalPlace]) {
    for node in nodes { message.put(1, node.fill) }
    message.putUnlessEmpty(2, name)
    for (index, tensor) in initializers.enumerated() {
      message.put(5) { tensor.fill(&$0, at: places[index]) }
    }
    message.putUnlessEmpty(10, documentation)
    for input in inputs { message.put(11, input.fill) }
    for output in outputs { message.put(12, output.fill) }
    for info in valueInfo { message.put(13, info.fill) }
    for tensor in sparseInitializers { message.put(15, tensor.fill) }
    message.put(16, metadata)
  }
}

extension NodeProto {
  fileprivate func fill(_ message: inout EncodedMessage) {
    for name in inputs { message.put(1, name) }
    for name in outputs { message.put(2, name) }
    message.putUnlessEmpty(3, name)
    message.put(4, operatorName)
    for attribute in attributes { message.put(5, attribute.fill) }
    message.putUnlessEmpty(6, documentation)
    message.putUnlessEmpty(7, domain)
    message.putUnlessEmpty(8, overload)
    message.put(9, metadata)
  }
}

extension FunctionProto {
  fileprivate func fill(_ message: inout EncodedMessage) {
    message.put(1, name)
    for name in inputs { message.put(4, name) }
    for name in outputs { message.put(5, name) }
    for name in attributes { message.put(6, name) }
    for node in nodes { message.put(7, node.fill) }
    message.putUnlessEmpty(8, documentation)
    message.put(9, opsets: opsets)
    message.put(10, domain)
    for attribute in defaults { message.put(11, attribute.fill) }
    for info in valueInfo { message.put(12, info.fill) }
    message.putUnlessEmpty(13, overload)
    message.put(14, metadata)
  }
}

extension ValueInfoProto {
  fileprivate func fill(_ message: inout EncodedMessage) {
    message.put(1, name)
    if let type { message.put(2, type.fill) }
    message.putUnlessEmpty(3, documentation)
    message.put(4, metadata)
  }
}
