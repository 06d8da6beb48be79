import Graphs
import Tensors

/// The types that the inputs of a graph have in an import.
struct InputTypes {
  let given: Given
  let agreement: Agreement

  /// The type the file gives to an input; dims of which it says nothing get names of their own.
  func type(of input: ValueInfoProto) throws(Diagnostic) -> TensorType {
    let tensor = given.tensors[input.name]
    guard case .tensor(let code, let dims?) = input.type, let element = code.dtype else {
      guard let tensor, case .tensor = input.type else { throw .untypedInput(input) }
      return tensor.type
    }
    guard let tensor else {
      let open = TensorType(element, dims.enumerated().map { dim($1, of: input.name, axis: $0) })
      guard let type = open.binding(given.lengths)?.replacing(agreement.dims) else {
        throw .tooLong(input.name, open)
      }
      return type
    }
    guard tensor.type.element == element, tensor.type.rank == dims.count else {
      throw .wrongInput(input.name, tensor.type, element, dims.count)
    }
    return tensor.type
  }

  private func dim(_ dimension: TypeProto.Dimension, of name: Name, axis: Int) -> Dim {
    switch dimension {
    case .fixed(let length): return Dim(length)
    case .named(let text): return Dim(parsing: text.filter { $0 != " " }) ?? .named(word(text))
    case .unknown: return .named(word("\(name)_\(axis)"))
    }
  }

  /// `text` as a word that can name a dim.
  private func word(_ text: String) -> String {
    let word = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return Dim.isName(word) ? word : "d_\(word)"
  }
}

extension Diagnostic {
  fileprivate static func untypedInput(_ input: ValueInfoProto) -> Diagnostic {
    Diagnostic(
      "input \(input.name.quoted) is no tensor of numbers with a known rank",
      help: "sequences, optionals, maps and strings cannot be inputs", kind: .unavailable)
  }
  fileprivate static func wrongInput(_ name: Name, _ type: TensorType, _ element: DType, _ rank: Int)
    -> Diagnostic
  {
    Diagnostic("input \(name.quoted) is \(type), but the model takes \(element) with \(rank) axes")
  }
  fileprivate static func tooLong(_ name: Name, _ type: TensorType) -> Diagnostic {
    Diagnostic("input \(name.quoted), \(type), overflows with the lengths given")
  }
}
