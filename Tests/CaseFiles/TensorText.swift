import Glibc
package import Tensors

/// Tensors in directives: `f32[2, 3] = 1 2 3 4 5 6`. One number fills the tensor; `wave 3` stands for
/// `sin(3 + i)` at place i.
extension Tensor {
  package init(directive text: String) throws(Diagnostic) {
    guard let equals = text.firstIndex(of: "=") else { throw .noTensor(text) }
    let head = text[..<equals].split(separator: " ").joined(separator: " ")
    guard let type = TensorType(parsing: head), let count = type.count else { throw .noTensor(text) }
    let words = text[text.index(after: equals)...].split(separator: " ")
    if words.first == "wave" {
      guard words.count == 2, let start = Double(words[1]) else { throw .noTensor(text) }
      try self.init(reals: (0..<count).map { Self.wave(start, $0) }, as: type)
    } else if type.element.isInteger {
      let values = words.compactMap { Int64($0) ?? UInt64($0).map { Int64(bitPattern: $0) } }
      guard values.count == words.count else { throw .noTensor(text) }
      try self.init(
        integers: values.count == 1 ? Array(repeating: values[0], count: count) : values, as: type)
    } else {
      let values = words.compactMap { Double($0) }
      guard values.count == words.count else { throw .noTensor(text) }
      let reals = values.count == 1 ? Array(repeating: values[0], count: count) : values
      try self.init(reals: reals, as: type, Narrowing(saturates: false, scale: .nearest))
    }
  }

  /// The text that `init(directive:)` reads.
  package func directive() throws(Diagnostic) -> String {
    let words: [String]
    switch type.element {
    case .u64: words = try integers().map { String(UInt64(bitPattern: $0)) }
    case .bool: words = try integers().map { String($0) }
    case let element where element.isInteger: words = try integers().map { String($0) }
    case .f64: words = try reals().map(\.plain)
    default: words = try floats().map(\.plain)
    }
    return "\(type) = \(words.joined(separator: " "))"
  }

  private static func wave(_ start: Double, _ index: Int) -> Double { sin(start + Double(index)) }
}

extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The shortest text, without the fraction of whole numbers.
  fileprivate var plain: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Diagnostic {
  fileprivate static func noTensor(_ text: String) -> Diagnostic {
    Diagnostic("\"\(text.prefix(80))\" is no tensor", help: "write f32[2] = 1 2, or f32[2] = wave 1")
  }
}
