// Dims, types and names are coded as the text they print.

extension Dim: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let dim = Dim(parsing: text) else { throw Diagnostic.notA("dim", text) }
    self = dim
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension TensorType: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let type = TensorType(parsing: text) else { throw Diagnostic.notA("tensor type", text) }
    self = type
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Name: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Diagnostic {
  fileprivate static func notA(_ kind: String, _ text: String) -> Diagnostic {
    Diagnostic("\"\(text)\" is no \(kind)")
  }
}
