import COnnx
import Checkpoints
import Glibc
import Tensors

/// The files beside a model that hold data of its tensors, each mapped once.
///
/// A location is followed below the model's folder by the kernel (openat2, or step by step where that is
/// missing), so that no link of any kind leads elsewhere, not even one that is put there meanwhile.
///
/// A `checksum` is the SHA-1 of the whole file. It is checked up to `checksumLimit` bytes; checking more would
/// take seconds where nothing else reads the weights, and a note says that it was not done.
struct ExternalFiles {
  private let model: MappedFile
  private var files: [String: MappedFile] = [:]
  private var identities: [MappedFile.Identity: MappedFile] = [:]
  private var digests: [MappedFile.Identity: String] = [:]

  static let checksumLimit = 1 << 30

  init(beside model: MappedFile) { self.model = model }

  /// The file that `reference` names and the range of its `size` bytes.
  ///
  /// Throws iff it cannot be followed to a regular file with one name, or the range is not exactly there.
  mutating func locate(_ reference: ExternalReference, _ size: Int, notes: inout Notes) throws(Diagnostic)
    -> (MappedFile, Range<Int>)
  {
    let file = try file(at: reference.location)
    guard reference.offset <= file.count else { throw .offsetPastEnd(reference, file) }
    let length = reference.length ?? file.count - reference.offset
    guard length <= file.count - reference.offset else { throw .lengthPastEnd(reference, length, file) }
    guard length == size else { throw .wrongLength(reference, length, size) }
    if let checksum = reference.checksum { try check(checksum, of: file, reference, &notes) }
    return (file, reference.offset..<reference.offset + length)
  }

  private mutating func file(at location: String) throws(Diagnostic) -> MappedFile {
    if let known = files[location] { return known }
    let opened = try open(location)
    guard opened.identity != model.identity else { throw .modelItself(location) }
    let file = identities[opened.identity] ?? opened
    files[location] = file
    identities[file.identity] = file
    return file
  }

  private func open(_ location: String) throws(Diagnostic) -> MappedFile {
    let folder = model.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(model.path[...$0]) } ?? "."
    let beside = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard beside >= 0 else { throw .system("open", folder, errno, kind: .noInput) }
    defer { close(beside) }
    let descriptor = onnx_open_beneath(beside, location)
    guard descriptor >= 0 else { throw .cannotOpen(location, folder, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(location, folder, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(location) }
    guard status.st_nlink <= 1 else { throw .severalNames(location, Int(status.st_nlink)) }
    return try MappedFile(
      descriptor: descriptor, path: folder == "." ? location : folder + location)
  }

  private mutating func check(
    _ checksum: String, of file: MappedFile, _ reference: ExternalReference, _ notes: inout Notes
  ) throws(Diagnostic) {
    guard file.count <= ExternalFiles.checksumLimit else {
      notes.add(
        "checksums not checked",
        "the checksum of \(Name(reference.location).quoted) is not checked: the file has \(ByteCount(file.count))"
      )
      return
    }
    var digest = digests[file.identity] ?? ""
    if digest.isEmpty { digest = try FileDigest.sha1(of: file) }
    digests[file.identity] = digest
    guard digest == checksum.lowercased() else { throw .wrongChecksum(reference.location, checksum, digest) }
  }
}

extension Diagnostic {
  fileprivate static func cannotOpen(_ location: String, _ folder: String, _ code: Int32) -> Diagnostic {
    let help =
      switch code {
      case ELOOP: "symbolic links are not followed; copy the data file itself beside the model (cp -L)"
      case EXDEV: "put the data file beside the model"
      case ENOENT:
        "fetch the data file too and put it beside the model, under the name that the model gives it"
      default: "make the data file readable beside the model"
      }
    return Diagnostic(
      "cannot open external data \(Name(location).quoted) in \(folder): \(String(cString: strerror(code)))",
      help: help, kind: .noInput)
  }
  fileprivate static func notRegular(_ location: String) -> Diagnostic {
    Diagnostic("external data \(Name(location).quoted) is not a regular file")
  }
  fileprivate static func severalNames(_ location: String, _ count: Int) -> Diagnostic {
    Diagnostic(
      "external data \(Name(location).quoted) has \(count) names (hard links); expected one",
      note: "a hard link can lead to any file of the volume",
      help: "copy the file: cp it to a new name and back")
  }
  fileprivate static func modelItself(_ location: String) -> Diagnostic {
    Diagnostic("external data \(Name(location).quoted) is the model file itself; expected another file")
  }
  fileprivate static func offsetPastEnd(_ reference: ExternalReference, _ file: MappedFile) -> Diagnostic {
    Diagnostic(
      "the data begin at byte \(reference.offset) of \(Name(reference.location).quoted), which has \(file.count) bytes",
      help: "fetch the data file again; it may be cut off")
  }
  fileprivate static func lengthPastEnd(
    _ reference: ExternalReference, _ length: Int, _ file: MappedFile
  ) -> Diagnostic {
    Diagnostic(
      "the data take \(length) bytes from byte \(reference.offset) of \(Name(reference.location).quoted), which has \(file.count) bytes",
      help: "fetch the data file again; it may be cut off")
  }
  fileprivate static func wrongLength(_ reference: ExternalReference, _ length: Int, _ size: Int)
    -> Diagnostic
  {
    Diagnostic(
      "\(Name(reference.location).quoted) has \(length) bytes for the tensor; its shape and type take \(size)"
    )
  }
  fileprivate static func wrongChecksum(_ location: String, _ expected: String, _ found: String) -> Diagnostic
  {
    Diagnostic(
      "\(Name(location).quoted) has SHA-1 \(found); the model expects \(Name(expected).quoted)",
      help: "fetch the data file that belongs to the model")
  }
}
