import Tensors

/// Opens single safetensors files.
enum Safetensors {
  /// The tensors of the file at `path`, mapped. Throws iff it is no readable, valid safetensors file.
  static func open(_ path: String) throws(Diagnostic) -> Checkpoint {
    let file = try InputFile(path: path)
    let header = try header(of: file)
    let mapped = try MappedFile(path: path)
    guard mapped.count == file.count else { throw .changed(path, file.count, mapped.count) }
    var entries: [Checkpoint.Entry] = []
    entries.reserveCapacity(header.tensors.count)
    for stored in header.tensors {
      entries.append(Checkpoint.Entry(stored.name, try Tensor(stored.type, in: mapped, at: stored.range)))
    }
    return try Checkpoint(entries, metadata: header.metadata, path: path, notes: header.notes)
  }

  private static func header(of file: borrowing InputFile) throws(Diagnostic) -> SafetensorsHeader {
    do throws(Diagnostic) {
      return try SafetensorsHeader(of: file)
    } catch {
      guard error.kind == .data, let signature = FileSignature(of: file) else { throw error }
      throw .isNot("safetensors", file.path, but: signature, cause: error)
    }
  }
}

extension Diagnostic {
  fileprivate static func changed(_ path: String, _ before: Int, _ now: Int) -> Diagnostic {
    Diagnostic("file had \(before) bytes and now has \(now); it changes while it is read", at: path)
  }
}
