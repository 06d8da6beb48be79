import Checkpoints

/// A record of a TensorBoard event file.
///
/// Source: `tensorflow/core/util/event.proto`, `tensorflow/core/framework/summary.proto`.
struct ScalarEvent {
  /// Seconds of Unix.
  var time: Double
  var step = 0
  var content: Content

  enum Content {
    /// The first record of a file.
    case version
    /// What was read of the run from this step on counts no more.
    case start
    case scalars([(tag: String, value: Double)])
  }

  /// The `Event` message.
  var message: ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, double: time)
    event.add(2, integer: step)
    switch content {
    case .version: event.add(3, text: "brain.Event:2")
    case .scalars(let scalars):
      var summary = ProtobufMessage()
      for (tag, value) in scalars {
        var scalar = ProtobufMessage()
        scalar.add(1, text: tag)
        scalar.add(2, float: Float(value))
        summary.add(1, message: scalar)
      }
      event.add(5, message: summary)
    case .start:
      var session = ProtobufMessage()
      session.add(1, integer: 1)
      event.add(7, message: session)
    }
    return event
  }

  /// The message as TFRecord frames it: its length, a checksum of that, the message, a checksum of it.
  var record: [UInt8] {
    let content = message.bytes
    let length = ProtobufMessage.littleEndian(UInt64(content.count))
    return length + Self.checksum(length) + content + Self.checksum(content)
  }

  /// CRC-32C, turned by 15 bits and moved on, so that the checksum of what holds checksums is none by chance.
  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let sum = bytes.withUnsafeBytes { CRC32.of($0, .castagnoli) }
    return ProtobufMessage.littleEndian((sum >> 15 | sum << 17) &+ 0xA282_EAD8)
  }
}
