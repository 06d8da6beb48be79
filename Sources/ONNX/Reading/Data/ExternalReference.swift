import Tensors

/// Where a tensor says that its data are: a file below the model's folder, and a part of it.
///
/// Source: `onnx.proto`, `TensorProto.external_data`. Unknown keys are noted and otherwise ignored.
struct ExternalReference {
  let location: String
  let offset: Int
  /// `nil`: to the end of the file.
  let length: Int?
  /// SHA-1 of the file in hexadecimal.
  let checksum: String?

  /// Throws iff the location is missing or leads out of the folder, a number is none, or a key comes twice.
  init(_ entries: [StringEntry], notes: inout Notes) throws(Diagnostic) {
    var values: [Name: String] = [:]
    for entry in entries {
      let key = Name(entry.key)
      guard values.updateValue(entry.value, forKey: key) == nil else { throw .twice(key) }
      if !["location", "offset", "length", "checksum"].contains(key) {
        notes.add("external keys", "external data have the unknown key \(key.quoted)")
      }
    }
    guard let location = values["location"], !location.isEmpty else { throw .noLocation }
    try ExternalReference.check(location)
    self.location = location
    offset = try values["offset"].map { text throws(Diagnostic) in try .init("offset", text) } ?? 0
    length = try values["length"].map { text throws(Diagnostic) in try .init("length", text) }
    checksum = values["checksum"]
  }

  private static func check(_ location: String) throws(Diagnostic) {
    let bytes = Array(location.utf8)
    guard !bytes.contains(0) else { throw .oddLocation(location, "has a NUL in it") }
    guard bytes.first != UInt8(ascii: "/") else { throw .oddLocation(location, "is absolute") }
    guard !bytes.contains(UInt8(ascii: "\\")) else { throw .oddLocation(location, "has a backslash in it") }
    let steps = bytes.split(separator: UInt8(ascii: "/"))
    guard !steps.contains(Array("..".utf8)[...]) else { throw .oddLocation(location, "has the step \"..\"") }
    guard bytes.count <= 4096 else { throw .oddLocation(location, "takes \(bytes.count) bytes") }
  }
}

extension Int {
  /// The number that decimal digits, and nothing else, spell.
  fileprivate init(_ key: String, _ text: String) throws(Diagnostic) {
    let isDigits =
      !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDigits, let number = Int(text) else { throw .badNumber(key, text) }
    self = number
  }
}

extension Diagnostic {
  fileprivate static func twice(_ key: Name) -> Diagnostic {
    Diagnostic("external data have the key \(key.quoted) twice; expected it once")
  }
  fileprivate static var noLocation: Diagnostic {
    Diagnostic("the data are in an external file, but no location says in which")
  }
  fileprivate static func oddLocation(_ location: String, _ trouble: String) -> Diagnostic {
    Diagnostic(
      "external location \(Name(location).quoted) \(trouble); expected a plain path below the model's folder",
      help: "put the data file beside the model and save the model with its bare name as location")
  }
  fileprivate static func badNumber(_ key: String, _ text: String) -> Diagnostic {
    Diagnostic("\(key) of external data is \(Name(text).quoted); expected digits for a number below 2^63")
  }
}
