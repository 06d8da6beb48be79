extension JSON {
  /// The value of the JSON file at `path`, ready to be asked for its members.
  ///
  /// Throws iff it is no readable regular file, is larger than `sizeLimit` bytes or is no JSON.
  package static func load(
    path: String, sizeLimit: Int = 64 << 20, depthLimit: Int = 64, wideIntegers: WideIntegers = .real
  ) throws(Diagnostic) -> Cursor {
    let file = try InputFile(path: path)
    guard file.count <= sizeLimit else { throw .tooLarge(path, file.count, sizeLimit) }
    let text = try file.read(0..<file.count)
    let json = try JSON(parsing: text, source: path, depthLimit: depthLimit, wideIntegers: wideIntegers)
    return Cursor(json, file: path)
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ path: String, _ count: Int, _ limit: Int) -> Diagnostic {
    Diagnostic("JSON file has \(count) bytes; at most \(limit) are read", at: path)
  }
}
