/// The bytes of a message without what the reader does not need, above all the elements of tensors.
///
/// They are well formed, no deeper and no more repetitive than `ReadingLimits` and `WireMessage` say, and their
/// strings are UTF-8. Every `TensorProto` in them says where it lies in the file (`begin`, `end`).
struct CompactMessage {
  let bytes: [UInt8]
  let notes: Notes
}
