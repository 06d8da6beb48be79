import Graphs
import Tensors

/// What the file claims of types and what they are.
///
/// A wrong element type is refused wherever it is claimed, and a wrong shape where it is an output's. Shapes of
/// inner values are what tools that rewrite graphs leave behind: these are noted and not believed.
extension Translation {
  /// Compares the claims of the main graph. Throws iff one is a lie.
  ///
  /// Shapes are compared only where the file alone tells them: `isOpen` says that no input has been given.
  func check(claimsOf proto: GraphProto, isOpen: Bool) throws(Diagnostic) {
    for info in proto.outputs {
      guard let claim = Claim(info, type: type(ofKnown: info.name)) else { continue }
      guard claim.hasElement, !isOpen || claim.hasShape else { throw .lie(info.name, claim) }
    }
    var stale: [(name: Name, claim: Claim)] = []
    for info in proto.valueInfo {
      guard let claim = Claim(info, type: type(ofKnown: info.name)) else { continue }
      guard claim.hasElement else { throw .lie(info.name, claim) }
      if isOpen, !claim.hasShape { stale.append((info.name, claim)) }
    }
    if let first = stale.first { notes.append(.stale(first.name, first.claim, count: stale.count)) }
  }
}

/// What a file says of a value's type beside the type it has.
struct Claim {
  let element: DType
  /// `nil` iff the file does not tell the rank.
  let dims: [TypeProto.Dimension]?
  let type: TensorType

  /// `nil` iff the file claims nothing that could be compared, or there is no type to compare it with.
  init?(_ info: ValueInfoProto, type: TensorType?) {
    guard let type, case .tensor(let code, let dims) = info.type, let element = code.dtype else { return nil }
    (self.element, self.dims, self.type) = (element, dims, type)
  }

  var hasElement: Bool { element == type.element }

  /// Whether no length that both tell as a number differs.
  var hasShape: Bool {
    guard let dims else { return true }
    guard dims.count == type.rank else { return false }
    return zip(dims, type.dims).allSatisfy { claimed, dim in
      guard case .fixed(let length) = claimed, let fixed = dim.fixed else { return true }
      return length == fixed
    }
  }
}

extension Claim: CustomStringConvertible {
  var description: String {
    guard let dims else { return "\(element)" }
    let words = dims.map { dimension in
      switch dimension {
      case .fixed(let length): "\(length)"
      case .named(let name): name
      case .unknown: "?"
      }
    }
    return "\(element)[\(words.joined(separator: ", "))]"
  }
}

extension Diagnostic {
  fileprivate static func lie(_ name: Name, _ claim: Claim) -> Diagnostic {
    Diagnostic(
      "the file says that \(name.quoted) is \(claim), but its nodes make \(claim.type)",
      help: "the nodes or their types were changed without the other; export the model again")
  }
}

extension String {
  fileprivate static func stale(_ name: Name, _ claim: Claim, count: Int) -> String {
    let more = count > 1 ? ", and so for \(count - 1) more values" : ""
    return "the file says that \(name.quoted) is \(claim), but it is \(claim.type)\(more)"
  }
}
