package import Checkpoints
import Glibc
import ONNX
package import Tensors

extension Conversion {
  /// What was written.
  package struct Result: Sendable {
    /// What each tensor lost, in the order of the files.
    package let losses: [(draft: TensorDraft, loss: CastLoss)]
    /// The SHA-256 of the files read, where they were asked for.
    package let digests: [(path: String, sha256: String)]
  }

  /// Writes every file. They take their names when all is written; until then nothing that was there is
  /// touched.
  ///
  /// `progress` is told the bytes of tensors written and those to be written, often; what it throws ends the work. Throws iff
  /// that does, or something cannot be read or written.
  package func run(
    progress: (_ done: Int, _ total: Int) throws(Diagnostic) -> Void = { (_, _) throws(Diagnostic) in }
  ) throws(Diagnostic) -> Result {
    try check()
    let made = try makeFolders()
    do throws(Diagnostic) {
      return try write(progress)
    } catch {
      for folder in made.reversed() { rmdir(folder) }
      throw error
    }
  }

  private func write(_ progress: (Int, Int) throws(Diagnostic) -> Void) throws(Diagnostic) -> Result {
    var digests: [String: RunningDigest] = [:]
    if hashes { for file in sources { digests[file.path] = try RunningDigest(of: file) } }
    let unknown = sources.map { ($0.path, hashes ? String(repeating: "0", count: 64) : nil) }
    var writers: [Int: AnyTensorWriter] = [:]
    for (index, file) in files.enumerated() {
      writers[index] = try file.writer(saying: provenance(unknown, in: file.path))
    }

    var losses: [Int: [CastLoss]] = [:]
    for (index, file) in files.enumerated() { losses[index] = file.drafts.map { _ in CastLoss() } }
    let total = drafts.reduce(0) { $0 + $1.byteCount }
    var done = 0
    for (file, place) in inReadingOrder() {
      let draft = files[file].drafts[place]
      guard let writer = writers[file] else { continue }
      let loss = try draft.stream { (source, end) throws(Diagnostic) in
        try digests[source.path]?.advance(to: end)
      } _: { (bytes) throws(Diagnostic) in
        try progress(done, total)
        try writer.write(bytes, to: draft.name)
        done += bytes.count
      }
      losses[file]?[place] = loss
    }

    var known: [(path: String, sha256: String)] = []
    if hashes {
      for file in sources {
        guard let digest = digests[file.path] else { continue }
        known.append((file.path, try digest.finish()))
        try progress(done, total)
      }
      for (index, writer) in writers {
        try writer.replace(metadata: provenance(known.map { ($0.path, $0.sha256) }, in: files[index].path))
      }
    }
    try commit(writers)
    let lost = files.indices.flatMap { index in
      zip(files[index].drafts, losses[index] ?? []).map { (draft: $0, loss: $1) }
    }
    return Result(losses: lost, digests: known)
  }

  /// File and place of every draft, in the order in which the sources hold them: a disk reads forwards, and a
  /// digest needs every byte in turn.
  private func inReadingOrder() -> [(file: Int, place: Int)] {
    var numbers: [String: Int] = [:]
    for (number, file) in sources.enumerated() { numbers[file.path] = number }
    var keyed: [(key: (Int, Int), file: Int, place: Int)] = []
    for (index, file) in files.enumerated() {
      for (place, draft) in file.drafts.enumerated() {
        let piece = draft.pieces.first
        let number = piece?.entry.file.flatMap { numbers[$0.path] } ?? .max
        let offset = (piece?.entry.range?.lowerBound ?? 0) + (piece?.range.lowerBound ?? 0)
        keyed.append(((number, offset), index, place))
      }
    }
    return keyed.sorted { $0.key < $1.key }.map { ($0.file, $0.place) }
  }

  /// Writes what is no tensors and gives every file its name, in order.
  private func commit(_ writers: [Int: AnyTensorWriter]) throws(Diagnostic) {
    for (index, file) in files.enumerated() {
      switch file.content {
      case .tensors, .model: try writers[index]?.commit()
      case .text(let text): try AtomicFile.write(text, to: file.path)
      case .copy(let path):
        let source = try InputFile(path: path)
        var target = try AtomicFile(replacing: file.path, expecting: source.count)
        for start in stride(from: 0, to: source.count, by: 1 << 20) {
          try target.write(try source.read(start..<min(start + 1 << 20, source.count)))
        }
        try target.commit()
      }
    }
  }

  /// The directories that were not there.
  private func makeFolders() throws(Diagnostic) -> [String] {
    var made: [String] = []
    for folder in folders {
      if mkdir(folder, 0o777) == 0 {
        made.append(folder)
      } else if errno != EEXIST {
        let code = errno
        for folder in made.reversed() { rmdir(folder) }
        throw .system("make the directory", folder, code, kind: .cannotCreate)
      }
    }
    return made
  }
}

extension OutputFile {
  /// What the tensors are given to; `nil` iff there are none.
  fileprivate func writer(saying metadata: [(key: Name, value: String)]) throws(Diagnostic)
    -> AnyTensorWriter?
  {
    switch content {
    case .tensors(let drafts):
      try AnyTensorWriter(to: path, declaring: drafts.map { ($0.name, $0.type) }, metadata: metadata)
    case .model(let model): AnyTensorWriter(try ModelWriter(to: path, model.saying(metadata)))
    case .text, .copy: nil
    }
  }
}
