import COnnx
import Tensors

/// A message that protobuf-c unpacked, and the memory that it and all below it live in.
struct UnpackedMessage<Message>: ~Copyable {
  private let arena: OpaquePointer
  private let message: UnsafePointer<Message>

  /// Throws iff the messages take more memory than `ReadingLimits` allows.
  private init(
    _ compact: CompactMessage,
    _ unpack: (OpaquePointer, UnsafePointer<UInt8>?, Int) -> UnsafeMutablePointer<Message>?
  ) throws(Diagnostic) {
    let limit = ReadingLimits.memory(compact.bytes.count)
    guard let arena = onnx_arena_create(limit) else { throw .noMemory(limit) }
    let message = compact.bytes.withUnsafeBufferPointer { unpack(arena, $0.baseAddress, $0.count) }
    guard let message else {
      let isFull = onnx_arena_is_full(arena)
      onnx_arena_destroy(arena)
      throw isFull ? .noMemory(limit) : .notUnpacked
    }
    (self.arena, self.message) = (arena, UnsafePointer(message))
  }

  deinit { onnx_arena_destroy(arena) }

  /// Calls `body` with the message, which does not outlive the call.
  func read<Result>(_ body: (borrowing Message) throws(Diagnostic) -> Result) throws(Diagnostic) -> Result {
    try body(message.pointee)
  }
}

extension UnpackedMessage where Message == Onnx__ModelProto {
  init(model compact: CompactMessage) throws(Diagnostic) { try self.init(compact, onnx_unpack_model) }
}

extension UnpackedMessage where Message == Onnx__TensorProto {
  init(tensor compact: CompactMessage) throws(Diagnostic) { try self.init(compact, onnx_unpack_tensor) }
}

extension Diagnostic {
  fileprivate static func noMemory(_ limit: Int) -> Diagnostic {
    Diagnostic(
      "the structure of the file takes more than \(ByteCount(limit)) in memory, without its weights",
      help: "the file is damaged or made to exhaust memory; fetch it from a source you trust")
  }
  fileprivate static var notUnpacked: Diagnostic {
    Diagnostic("the file has the form of an ONNX model, but cannot be unpacked", kind: .software)
  }
}
