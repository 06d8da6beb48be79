import Checkpoints
import Tensors

extension Conversion {
  /// The metadata of the file at `output`: what the source says of itself, the tool, and the files read with their
  /// digests. A file that was converted itself keeps what it was made from inside.
  func provenance(_ sources: [(path: String, sha256: String?)], in output: String)
    -> [(key: Name, value: String)]
  {
    let files = sources.map { path, sha256 -> JSON in
      var file: JSON.Object = ["file": JSON(path.lastComponent)]
      if let sha256 { file["sha256"] = JSON(sha256) }
      file["made_from"] = origins[path]
      return .object(file)
    }
    // transformers opens no safetensors file that does not say for which library it is; elsewhere that means
    // nothing.
    var format: [(key: Name, value: String)] = []
    if TensorFormat(path: output) == .safetensors {
      format = [("format", metadata.first { $0.key == "format" }?.value ?? "pt")]
    }
    let own: Set<Name> = ["format", "foley.tool", "foley.sources"]
    return metadata.filter { !own.contains($0.key) } + format
      + [("foley.tool", tool), ("foley.sources", JSON(files).printed())]
  }
}

extension String {
  /// What stands behind the last slash.
  var lastComponent: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(self[index(after: slash)...])
  }

  /// What stands before the last slash; `.` iff there is none.
  var folder: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
