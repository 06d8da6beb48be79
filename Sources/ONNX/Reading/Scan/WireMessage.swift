/// The messages that the scan walks through, with their fields; the numbers are those of `onnx.proto`.
enum WireMessage: Int, CaseIterable, Sendable {
  case model, opset, entry, graph, function, node, attribute, valueInfo, tensor, sparseTensor
  case type, tensorType, sequenceType, mapType, opaqueType, shape, dimension

  /// The field `number`, or `nil` iff the message has none.
  func field(_ number: Int) -> WireField? {
    let fields = WireMessage.tables[rawValue]
    return fields.indices.contains(number) ? fields[number] : nil
  }

  /// The numbers of the fields that must be there, as bits.
  var required: UInt64 { WireMessage.requirements[rawValue] }

  /// How many elements the repeated numbers of one message may have together.
  var elementLimit: Int {
    switch self {
    case .tensor, .sparseTensor, .shape: ReadingLimits.rank
    default: ReadingLimits.list
    }
  }

  /// As `onnx.proto` calls it.
  var name: String {
    switch self {
    case .model: "ModelProto"
    case .opset: "OperatorSetIdProto"
    case .entry: "StringStringEntryProto"
    case .graph: "GraphProto"
    case .function: "FunctionProto"
    case .node: "NodeProto"
    case .attribute: "AttributeProto"
    case .valueInfo: "ValueInfoProto"
    case .tensor: "TensorProto"
    case .sparseTensor: "SparseTensorProto"
    case .type: "TypeProto"
    case .tensorType: "TypeProto.Tensor"
    case .sequenceType: "TypeProto.Sequence"
    case .mapType: "TypeProto.Map"
    case .opaqueType: "TypeProto.Opaque"
    case .shape: "TensorShapeProto"
    case .dimension: "TensorShapeProto.Dimension"
    }
  }

  private static let tables: [[WireField?]] = allCases.map { message in
    let fields = message.fields
    return (0...(fields.keys.max() ?? 0)).map { fields[$0] }
  }

  private static let requirements: [UInt64] = allCases.map { message in
    message.fields.reduce(0) { $1.value.isRequired ? $0 | 1 << UInt64($1.key) : $0 }
  }

  private var fields: [Int: WireField] {
    switch self {
    case .model: WireMessage.modelFields
    case .opset: [1: .one("domain", .name), 2: .needed("version", .varint)]
    case .entry: [1: .needed("key", .name), 2: .one("value", .text)]
    case .graph: WireMessage.graphFields
    case .function: WireMessage.functionFields
    case .node: WireMessage.nodeFields
    case .attribute: WireMessage.attributeFields
    case .valueInfo: WireMessage.valueInfoFields
    case .tensor: WireMessage.tensorFields
    case .sparseTensor:
      [
        1: .needed("values", .message(.tensor)), 2: .needed("indices", .message(.tensor)),
        3: .many("dims", .varint),
      ]
    case .type: WireMessage.typeFields
    case .tensorType: [1: .one("elem_type", .varint), 2: .one("shape", .message(.shape))]
    case .sequenceType: [1: .one("elem_type", .message(.type))]
    case .mapType: [1: .one("key_type", .varint), 2: .one("value_type", .message(.type))]
    case .opaqueType: [1: .one("domain", .name), 2: .one("name", .name)]
    case .shape: [1: .many("dim", .message(.dimension))]
    case .dimension:
      [1: .one("dim_value", .varint), 2: .one("dim_param", .name), 3: .one("denotation", .leftOut)]
    }
  }

  private static let modelFields: [Int: WireField] = [
    1: .one("ir_version", .varint), 2: .one("producer_name", .name), 3: .one("producer_version", .name),
    4: .one("domain", .name), 5: .one("model_version", .varint), 6: .one("doc_string", .text),
    7: .one("graph", .message(.graph)), 8: .many("opset_import", .message(.opset)),
    14: .many("metadata_props", .message(.entry)), 20: .many("training_info", .leftOut),
    25: .many("functions", .message(.function)), 26: .many("configuration", .leftOut),
  ]

  private static let graphFields: [Int: WireField] = [
    1: .many("node", .message(.node)), 2: .one("name", .name), 5: .many("initializer", .message(.tensor)),
    10: .one("doc_string", .text), 11: .many("input", .message(.valueInfo)),
    12: .many("output", .message(.valueInfo)), 13: .many("value_info", .message(.valueInfo)),
    14: .many("quantization_annotation", .leftOut),
    15: .many("sparse_initializer", .message(.sparseTensor)), 16: .many("metadata_props", .message(.entry)),
  ]

  private static let functionFields: [Int: WireField] = [
    1: .needed("name", .name), 2: .one("since_version", .leftOut), 3: .one("status", .leftOut),
    4: .many("input", .name), 5: .many("output", .name), 6: .many("attribute", .name),
    7: .many("node", .message(.node)), 8: .one("doc_string", .text),
    9: .many("opset_import", .message(.opset)), 10: .one("domain", .name),
    11: .many("attribute_proto", .message(.attribute)), 12: .many("value_info", .message(.valueInfo)),
    13: .one("overload", .name), 14: .many("metadata_props", .message(.entry)),
  ]

  private static let nodeFields: [Int: WireField] = [
    1: .many("input", .name), 2: .many("output", .name), 3: .one("name", .name),
    4: .needed("op_type", .name), 5: .many("attribute", .message(.attribute)), 6: .one("doc_string", .text),
    7: .one("domain", .name), 8: .one("overload", .name), 9: .many("metadata_props", .message(.entry)),
    10: .many("device_configurations", .leftOut),
  ]

  private static let attributeFields: [Int: WireField] = [
    1: .needed("name", .name), 2: .one("f", .fixed32), 3: .one("i", .varint), 4: .one("s", .bytes),
    5: .one("t", .message(.tensor)), 6: .one("g", .message(.graph)), 7: .many("floats", .fixed32),
    8: .many("ints", .varint), 9: .many("strings", .bytes), 10: .many("tensors", .message(.tensor)),
    11: .many("graphs", .message(.graph)), 13: .one("doc_string", .text), 14: .one("tp", .message(.type)),
    15: .many("type_protos", .message(.type)), 20: .one("type", .varint), 21: .one("ref_attr_name", .name),
    22: .one("sparse_tensor", .message(.sparseTensor)),
    23: .many("sparse_tensors", .message(.sparseTensor)),
  ]

  private static let valueInfoFields: [Int: WireField] = [
    1: .needed("name", .name), 2: .one("type", .message(.type)), 3: .one("doc_string", .text),
    4: .many("metadata_props", .message(.entry)),
  ]

  private static let tensorFields: [Int: WireField] = [
    1: .many("dims", .varint), 2: .one("data_type", .varint), 3: .one("segment", .data),
    4: .many("float_data", .data), 5: .many("int32_data", .data), 6: .many("string_data", .data),
    7: .many("int64_data", .data), 8: .one("name", .name), 9: .one("raw_data", .data),
    10: .many("double_data", .data), 11: .many("uint64_data", .data), 12: .one("doc_string", .text),
    13: .many("external_data", .message(.entry)), 14: .one("data_location", .varint),
    16: .many("metadata_props", .message(.entry)),
  ]

  private static let typeFields: [Int: WireField] = [
    1: .one("tensor_type", .message(.tensorType)), 4: .one("sequence_type", .message(.sequenceType)),
    5: .one("map_type", .message(.mapType)), 6: .one("denotation", .leftOut),
    7: .one("opaque_type", .message(.opaqueType)), 8: .one("sparse_tensor_type", .message(.tensorType)),
    9: .one("optional_type", .message(.sequenceType)),
  ]
}
