extension AttributeProto {
  func fill(_ message: inout EncodedMessage) {
    message.put(1, name)
    switch value {
    case .float(let number): message.put(2, number)
    case .integer(let number): message.put(3, number)
    case .string(let bytes): message.put(4, bytes)
    case .tensor(let tensor): message.put(5, tensor.fill)
    case .graph(let graph): message.put(6, graph.fill)
    case .floats(let numbers): for number in numbers { message.put(7, number) }
    case .integers(let numbers): for number in numbers { message.put(8, number) }
    case .strings(let texts): for bytes in texts { message.put(9, bytes) }
    case .tensors(let tensors): for tensor in tensors { message.put(10, tensor.fill) }
    case .graphs(let graphs): for graph in graphs { message.put(11, graph.fill) }
    default: break
    }
    message.putUnlessEmpty(13, documentation)
    switch value {
    case .type(let type): message.put(14, type.fill)
    case .types(let types): for type in types { message.put(15, type.fill) }
    default: break
    }
    if let kind = value.kind { message.put(20, Int64(kind.rawValue)) }
    switch value {
    case .reference(let name): message.put(21, name)
    case .sparseTensor(let tensor): message.put(22, tensor.fill)
    case .sparseTensors(let tensors): for tensor in tensors { message.put(23, tensor.fill) }
    default: break
    }
  }
}
