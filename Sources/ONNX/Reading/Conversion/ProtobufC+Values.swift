import COnnx
import Tensors

extension String {
  /// Text that the scan has found to be UTF-8.
  init(_ data: ProtobufCBinaryData) {
    self.init(decoding: UnsafeRawBufferPointer(start: data.data, count: data.len), as: UTF8.self)
  }

  /// An operator domain; the default one has two spellings.
  init(domain data: ProtobufCBinaryData) {
    let text = String(data)
    self = text == "ai.onnx" ? "" : text
  }
}

extension Name {
  init(_ data: ProtobufCBinaryData) { self.init(String(data)) }
}

extension [UInt8] {
  init(_ data: ProtobufCBinaryData) {
    self.init(UnsafeRawBufferPointer(start: data.data, count: data.len))
  }
}

/// The elements of a repeated field of numbers or strings.
func elements<Element>(_ count: Int, _ first: UnsafeMutablePointer<Element>?)
  -> UnsafeBufferPointer<Element>
{
  UnsafeBufferPointer(start: UnsafePointer(first), count: first == nil ? 0 : count)
}

/// The elements of a repeated field of messages, each turned into what `convert` makes of it.
func converted<Message, Result>(
  _ count: Int, _ first: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?,
  _ convert: (Message) throws(Diagnostic) -> Result
) throws(Diagnostic) -> [Result] {
  let messages = elements(count, first)
  var results: [Result] = []
  results.reserveCapacity(messages.count)
  for message in messages {
    if let message { results.append(try convert(message.pointee)) }
  }
  return results
}

extension [StringEntry] {
  init(_ count: Int, _ first: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__StringStringEntryProto>?>?) {
    self = elements(count, first).compactMap { entry in
      entry.map { StringEntry(key: String($0.pointee.key), value: String($0.pointee.value)) }
    }
  }
}
