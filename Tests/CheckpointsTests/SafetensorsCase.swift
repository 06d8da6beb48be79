import Testing

/// The bytes of a file and what opening it has to come to.
struct SafetensorsCase: Sendable, CustomTestStringConvertible {
  let number: Int
  let title: String
  let bytes: [UInt8]
  let verdict: Verdict

  enum Verdict: Sendable {
    /// Opens with this many tensors, and with a note that holds the words iff there are some.
    case accept(Int, note: String? = nil)
    /// Throws a diagnostic whose text holds the words.
    case reject(String)
  }

  init(_ number: Int, _ title: String, _ bytes: [UInt8], _ verdict: Verdict) {
    (self.number, self.title, self.bytes, self.verdict) = (number, title, bytes, verdict)
  }

  var testDescription: String { "\(number) \(title)" }
}

/// A length prefix of `length`, `text` and nothing more.
func raw(length: UInt64, _ text: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: length.littleEndian, Array.init) + text
}

/// A file of the header `text` and `data` bytes.
func file(_ text: [UInt8], _ data: Int = 0) -> [UInt8] {
  raw(length: UInt64(text.count), text) + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

func file(_ text: String, _ data: Int = 0) -> [UInt8] { file(Array(text.utf8), data) }

/// The description of a tensor, every part free to be wrong.
func described(_ type: String = "\"F32\"", _ shape: String = "[2,2]", _ offsets: String = "[0,16]")
  -> String
{
  "{\"dtype\":\(type),\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

/// A file of the one tensor `a`.
func single(
  _ type: String = "\"F32\"", _ shape: String = "[2,2]", _ offsets: String = "[0,16]", data: Int = 16
) -> [UInt8] {
  file("{\"a\":\(described(type, shape, offsets))}", data)
}

/// A file of a tensor of two `F32` elements under each name, at the offsets that come with it.
func several(_ tensors: [(name: String, shape: String, offsets: String)], data: Int) -> [UInt8] {
  let members = tensors.map { "\"\($0.name)\":" + described("\"F32\"", $0.shape, $0.offsets) }
  return file("{" + members.joined(separator: ",") + "}", data)
}

/// `plain`, the header of one good tensor of sixteen bytes.
let plain = "{\"a\":\(described())}"
