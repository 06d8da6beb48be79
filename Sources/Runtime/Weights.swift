import Graphs
import Tensors

/// The parameters of a graph at addresses that stay: where they lie, or copied once where that is nowhere for
/// long or not aligned.
final class Weights {
  private var tensors: [Name: Tensor] = [:]
  private var copies: [Name: Copy] = [:]

  private final class Copy {
    let arena: Arena
    init(_ arena: consuming Arena) { self.arena = arena }
  }

  /// Throws iff a parameter cannot be had or has another shape than the graph says.
  init(_ graph: Graph, _ parameter: (Name) throws(Diagnostic) -> Tensor) throws(Diagnostic) {
    for (_, op) in graph.parameters {
      let tensor = try parameter(op.path)
      guard tensor.type.dims == op.type.dims else { throw .wrongShape(op, tensor.type) }
      tensors[op.path] = tensor
    }
  }

  /// The element type the parameter is kept in.
  func element(_ path: Name) throws(Diagnostic) -> DType {
    guard let tensor = tensors[path] else { throw .unknown(path) }
    return tensor.type.element
  }

  /// Where the bytes of the parameter lie, as long as this object lives.
  func address(_ path: Name) throws(Diagnostic) -> UnsafeRawPointer {
    guard let tensor = tensors[path] else { throw .unknown(path) }
    if let copy = copies[path] { return UnsafeRawPointer(copy.arena.address(of: 0..<tensor.byteCount)) }
    if let base = tensor.address, Int(bitPattern: base) % max(1, tensor.type.element.bits / 8) == 0 {
      return base
    }
    let arena = try Arena(byteCount: tensor.byteCount, for: "parameter \(path)")
    let address = arena.address(of: 0..<tensor.byteCount)
    tensor.withBytes { bytes in
      if let base = bytes.baseAddress { address.copyMemory(from: base, byteCount: bytes.count) }
    }
    copies[path] = Copy(arena)
    return UnsafeRawPointer(address)
  }

  /// Tells the system that the parameter's pages will not be read again soon: what was packed from them stands elsewhere.
  func release(_ path: Name) {
    guard let (file, range) = tensors[path]?.mapping else { return }
    file.advise(willNeed: false, range)
  }
}

extension Diagnostic {
  fileprivate static func wrongShape(_ op: Parameter, _ type: TensorType) -> Diagnostic {
    Diagnostic(
      "parameter \(op.path.quoted) is \(type) in the checkpoint, but the graph takes \(op.type)",
      at: "parameter \(op.path.quoted)", help: "pass the configuration that belongs to this checkpoint")
  }
  fileprivate static func unknown(_ path: Name) -> Diagnostic {
    Diagnostic("parameter \(path.quoted) is not one of the graph's", kind: .software)
  }
}
